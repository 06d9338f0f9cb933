package dev.cutover.sim;

import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.life.Action;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Needs;
import dev.cutover.core.life.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Drives one cutover as the real driver does: look at open actions, observe, decide, append,
/// start.
///
/// A crash loses everything but the journal.
final class SimDriver {
    private final SimWorld world;
    private final SimSenses senses;
    private final SimEffects effects;
    private final Oracle oracle;
    private final Brain brain;
    private final Chance chance;
    private final Trace trace;
    private final List<JournalEntry> journal = new ArrayList<>();
    private Cutover state;

    // In memory only: lost by a crash.
    private final Set<String> sent = new HashSet<>();
    private final Map<EvidenceKey, Evidence> latest = new EnumMap<>(EvidenceKey.class);
    private Instant downUntil = Instant.MIN;
    private Instant wakeAt;
    private int ticks;

    SimDriver(
            SimWorld world,
            SimEffects effects,
            Oracle oracle,
            Brain brain,
            Chance chance,
            Trace trace) {
        this.world = world;
        this.senses = new SimSenses(world);
        this.effects = effects;
        this.oracle = oracle;
        this.brain = brain;
        this.chance = chance;
        this.trace = trace;
        JournalEntry first =
                new JournalEntry(
                        new CutoverId("acme-1"),
                        1,
                        world.now(),
                        "author",
                        new Event.Scheduled(
                                world.scenario.plan(),
                                "author",
                                world.scenario.diff().changes(),
                                world.scenario.diff().edge(),
                                world.scenario.diff().hash()));
        journal.add(first);
        state = Cutover.begin(first);
        wakeAt = world.now();
    }

    Cutover state() {
        return state;
    }

    /// When something is due; `now` when at once.
    Instant nextAt() {
        Instant now = world.now();
        if (now.isBefore(downUntil)) {
            return downUntil;
        }
        Instant next = wakeAt;
        Instant coarse = now.plus(pause());
        if (next.isBefore(coarse)) {
            next = coarse;
        }
        for (Action a : state.open().values()) {
            if (a.deadlineAt().isAfter(now) && a.deadlineAt().isBefore(next)) {
                next = a.deadlineAt();
            }
        }
        return next;
    }

    /// Decide asks to be woken each second where people wait; a minute shows the same in a soak.
    private Duration pause() {
        boolean busy = !state.open().isEmpty();
        return switch (state.phase()) {
            case Phase.Scheduled p -> Duration.ofSeconds(10);
            case Phase.Preparing p -> Duration.ofSeconds(2);
            case Phase.Ageing p -> Duration.ofSeconds(chance.seconds(15, 60));
            case Phase.AwaitingGo p -> Duration.ofSeconds(30);
            case Phase.Promoting p -> Duration.ofSeconds(10);
            case Phase.Switching p ->
                    Duration.ofSeconds(
                            busy || state.servedAt().isEmpty() ? 3 : chance.seconds(6, 15));
            case Phase.Soaking p -> Duration.ofMinutes(1);
            case Phase.Closing p -> Duration.ofSeconds(3);
            case Phase.Held h -> Duration.ofSeconds(chance.seconds(20, 60));
            case Phase.Cancelling p -> Duration.ofSeconds(5);
            case Phase.FallingBack p ->
                    p.stage() == Phase.Stage.CONTENT && !busy
                            ? Duration.ofSeconds(45)
                            : Duration.ofSeconds(5);
            case Phase.NeedsOperator p -> Duration.ofSeconds(10);
            case Phase.Completed p -> Duration.ofMinutes(10);
            case Phase.Cancelled p -> Duration.ofMinutes(10);
            case Phase.FellBack p -> Duration.ofMinutes(10);
        };
    }

    /// A person's request, by whatever node; works while the driver is down.
    Decision request(Input.Request request) {
        Instant now = world.now();
        Decision decision = brain.decide(state, request, now);
        trace.note(
                now,
                "  " + request + decision.refused().map(r -> " refused: " + r).orElse(" accepted"));
        append(decision.events(), request.by());
        wakeAt = now;
        return decision;
    }

    /// One round of the loop; nothing while the process is down.
    void tick() {
        Instant now = world.now();
        if (now.isBefore(downUntil)) {
            return;
        }
        ticks++;
        boolean lookFirst = chance.in100(50);
        if (lookFirst) {
            observe(now);
        }
        closeActions(now);
        if (!lookFirst) {
            observe(now);
        }
        decide(now);
        if (dies(0.6)) {
            crash("between two rounds");
        }
    }

    private boolean dies(double percent) {
        return chance.in100(percent * world.scenario.faults());
    }

    private void crash(String when) {
        Instant now = world.now();
        downUntil = now.plusSeconds(chance.seconds(3, 40));
        trace.note(now, "  killed " + when + ", back at " + downUntil);
        sent.clear();
        latest.clear();
        wakeAt = downUntil;
        fold();
    }

    /// The journal alone gives the state.
    void fold() {
        if (!Cutover.of(journal).equals(state)) {
            throw new Broken("fold", "the journal's fold differs from the live state");
        }
    }

    private void observe(Instant now) {
        if (chance.in100(10)) {
            return;
        }
        Needs.of(state, now)
                .forEach(
                        (key, pause) -> {
                            Evidence have = latest.get(key);
                            if (have == null || !have.observedAt().plus(pause).isAfter(now)) {
                                Evidence seen = senses.observe(key);
                                latest.put(key, seen);
                                oracle.observed(seen);
                            }
                        });
    }

    private void decide(Instant now) {
        Input.Observation input = new Input.Observation(latest);
        Decision decision = brain.decide(state, input, now);
        wakeAt = decision.wakeAt();
        if (decision.events().isEmpty()) {
            return;
        }
        if (dies(2)) {
            crash("before the journal was told");
            return;
        }
        append(decision.events(), "controller");
        if (chance.in100(20)) {
            settles(input, decision, now);
        }
        if (dies(3)) {
            crash("before anything was sent");
            return;
        }
        for (Event event : decision.events()) {
            if (event instanceof Event.ActionIntended a) {
                Action action = state.open().get(a.id());
                if (action != null) {
                    send(action);
                    if (dies(3)) {
                        crash("after sending " + a.id());
                        return;
                    }
                }
            }
        }
    }

    /// The same input again brings nothing that contradicts the first decision.
    private void settles(Input.Observation input, Decision first, Instant now) {
        Cutover c = state;
        Set<String> said = new HashSet<>();
        first.events().forEach(e -> said.add(e.toString()));
        for (int i = 0; i < 8; i++) {
            Decision again = brain.decide(c, input, now);
            if (again.events().isEmpty()) {
                return;
            }
            for (Event event : again.events()) {
                boolean repeats =
                        !said.add(event.toString())
                                && (event instanceof Event.ActionIntended
                                        || event instanceof Event.PhaseEntered
                                        || event instanceof Event.Paged);
                if (repeats) {
                    throw new Broken("idempotent", "decided again with the same input: " + event);
                }
                c = c.apply(new JournalEntry(c.id(), c.seq() + 1, now, "controller", event));
            }
        }
        throw new Broken(
                "idempotent",
                "deciding again and again never settles: " + brain.decide(c, input, now).events());
    }

    private void send(Action action) {
        sent.add(action.id().text());
        effects.start(action, state);
    }

    private void append(List<Event> events, String by) {
        Instant now = world.now();
        for (Event event : events) {
            JournalEntry entry = new JournalEntry(state.id(), state.seq() + 1, now, by, event);
            state = state.apply(entry);
            journal.add(entry);
            if (trace.isKept()) {
                trace.note(now, entry.seq() + " [" + state.phase().text() + "] " + event);
            }
            oracle.journaled(entry, state);
        }
    }

    private void closeActions(Instant now) {
        for (Action action : List.copyOf(state.open().values())) {
            ending(action, now)
                    .ifPresent(
                            ending ->
                                    append(
                                            brain.decide(
                                                            state,
                                                            new Input.Outcome(action.id(), ending),
                                                            now)
                                                    .events(),
                                            "controller"));
        }
    }

    private Optional<Ending> ending(Action action, Instant now) {
        boolean known = sent.contains(action.id().text());
        boolean over = !now.isBefore(action.deadlineAt());
        boolean pointless = state.isPointless(action.spec());
        if (known) {
            Optional<Ending> answer = effects.answer(action);
            if (answer.isPresent()) {
                return answer;
            }
            if (!over && !pointless && !isEngines(action.spec())) {
                return Optional.empty();
            }
        }
        return switch (effects.look(action, state)) {
            case SimEffects.Progress.Done d -> {
                effects.giveUp(action);
                yield Optional.of(d.ending());
            }
            case SimEffects.Progress.Running r -> {
                sent.add(action.id().text());
                yield over || pointless
                        ? gaveUp(action, "still running, given up")
                        : Optional.<Ending>empty();
            }
            case SimEffects.Progress.Unknown u ->
                    over
                            ? gaveUp(action, "cannot be looked at: " + u.why())
                            : Optional.<Ending>empty();
            case SimEffects.Progress.NotFound n -> notFound(action, known, over || pointless);
        };
    }

    private Optional<Ending> notFound(Action action, boolean known, boolean giveUp) {
        if (giveUp) {
            return gaveUp(action, "no sign of it");
        }
        if (known) {
            return Optional.empty();
        }
        if (!state.maySend(action.spec())) {
            return gaveUp(action, "was not sent: the cutover is " + state.phase().text());
        }
        send(action);
        return Optional.empty();
    }

    private Optional<Ending> gaveUp(Action action, String why) {
        effects.giveUp(action);
        return Optional.of(new Ending.Failed(Ending.Failure.TRANSIENT, why));
    }

    private static boolean isEngines(ActionSpec spec) {
        return spec instanceof ActionSpec.Promote
                || spec instanceof ActionSpec.VerifyPromotion
                || spec instanceof ActionSpec.UndoPromotion;
    }

    int ticks() {
        return ticks;
    }

    List<JournalEntry> journal() {
        return journal;
    }
}
