package dev.cutover.core.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.evidence.Health;
import dev.cutover.core.image.Advance;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.EdgeRestoration;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.image.Restoration;
import dev.cutover.core.judge.Bucket;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Planner;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One cutover in a small honest world: evidence is always fresh, an action ends at once and well. A story says
 * what goes wrong and how long it waits.
 */
final class Story {
    static final EdgeKey SHIELD = EdgeKey.setting("tiered_caching");
    static final EdgeKey CACHE_RULES = EdgeKey.rules("http_request_cache_settings");
    private static final int MOST_TICKS = 20_000;

    private final List<JournalEntry> journal = new ArrayList<>();
    private final Map<String, @Nullable Ending> failing = new HashMap<>();
    private final Map<EvidenceKey, Evidence> late = new EnumMap<>(EvidenceKey.class);
    private final Set<EvidenceKey> blind = EnumSet.noneOf(EvidenceKey.class);
    private final Set<EvidenceKey> bad = EnumSet.noneOf(EvidenceKey.class);
    private final List<Bucket> buckets = new ArrayList<>();
    private List<DnsRecord> zone;
    private Instant now = Acme.NOW;
    private Cutover c;
    private int made;
    private int failuresPerSecond;
    private double adopted = 1;
    private Health health = Health.UNKNOWN;

    /** The shield is on, and no caching rule stands there. */
    private final Map<EdgeKey, EdgePart> parts =
            new TreeMap<>(
                    Map.of(
                            SHIELD,
                            new EdgePart.Setting(SHIELD.name(), "\"on\"", Optional.empty()),
                            CACHE_RULES,
                            new EdgePart.Rules(
                                    CACHE_RULES.name(), "", List.of(), Optional.empty())));

    private Story(Plan plan) {
        zone = Acme.records();
        PlanDiff diff = Planner.plan(plan, view(), edge(), Map.of());
        assertThat(diff.refusals()).as("the story's plan").isEmpty();
        JournalEntry first =
                new JournalEntry(
                        new CutoverId("acme-relaunch-1"),
                        1,
                        now,
                        "ann",
                        new Event.Scheduled(plan, "ann", diff.changes(), diff.edge(), diff.hash()));
        journal.add(first);
        c = Cutover.begin(first);
    }

    static Story of(Plan plan) {
        return new Story(plan);
    }

    // what the story waits for

    /** Goes on until the phase is reached, in plan time, by the wake-ups that decisions ask for. */
    Story until(Class<? extends Phase> phase) {
        for (int i = 0; i < MOST_TICKS && !phase.isInstance(c.phase()) && !isOver(); i++) {
            tick();
        }
        assertThat(c.phase()).as("at %s:%n%s", now, tale()).isInstanceOf(phase);
        return this;
    }

    private boolean isOver() {
        return c.phase().isFinal();
    }

    /** Goes on for that long. */
    Story wait(Duration span) {
        Instant until = now.plus(span);
        while (now.isBefore(until)) {
            tick(until);
        }
        return this;
    }

    /** The controller is down for that long: nothing is decided and nobody counts requests. */
    Story down(Duration span) {
        now = now.plus(span);
        return this;
    }

    /** The controller is started again on a machine whose clock is that far behind. */
    Story clockSetBack(Duration span) {
        now = now.minus(span);
        return this;
    }

    /** The controller journals that it enters a phase, dies before it sends anything, and is back at that time. */
    Story diesIn(Phase phase, Instant backAt) {
        append(
                "controller",
                new Event.PhaseEntered(phase, new Phase.Reason("Go", "all gates passed")));
        now = backAt;
        return this;
    }

    private void tick() {
        tick(Instant.MAX);
    }

    private void tick(Instant notAfter) {
        Decision decision = Decider.decide(c, new Input.Observation(evidence()), now);
        take("controller", decision);
        Instant next = decision.wakeAt();
        if (!decision.events().isEmpty() || !next.isAfter(now)) {
            next = now.plusSeconds(1);
        }
        next = next.isAfter(notAfter) ? notAfter : next;
        countRequests(next);
        now = next;
    }

    private void take(String by, Decision decision) {
        for (Event event : decision.events()) {
            append(by, event);
        }
        for (Event event : decision.events()) {
            if (event instanceof Event.ActionIntended a) {
                Ending ending = carryOut(a.spec());
                if (ending != null) {
                    take("controller", Decider.decide(c, new Input.Outcome(a.id(), ending), now));
                }
            }
        }
    }

    private void append(String by, Event event) {
        JournalEntry entry = new JournalEntry(c.id(), c.seq() + 1, now, by, event);
        journal.add(entry);
        c = c.apply(entry);
    }

    // what people ask

    /** Asks, and expects to be heard. */
    Story ask(Input.Request request) {
        assertThat(refusal(request)).as("%s at %s", request, c.phase()).isEmpty();
        take(request.by(), Decider.decide(c, request, now));
        return this;
    }

    /** The code of the refusal this request would meet now; empty when it is accepted. */
    String refusal(Input.Request request) {
        return Decider.decide(c, request, now).refused().map(Phase.Reason::code).orElse("");
    }

    Story approvedBy(String... people) {
        for (String by : people) {
            ask(new Input.Approve(by, c.planHash()));
        }
        return this;
    }

    Story abort() {
        return ask(new Input.Abort("olga", "the phone does not stop ringing"));
    }

    // what goes wrong

    /** The action of that key ends like this until it is repaired; {@code null} leaves it open. */
    Story fails(String key, @Nullable Ending ending) {
        failing.put(key, ending);
        return this;
    }

    Story works(String key) {
        failing.remove(key);
        return this;
    }

    /** The open action of that key ends now. */
    Story ends(String key, Ending ending) {
        ActionId id =
                c.open().keySet().stream()
                        .filter(a -> a.key().equals(key))
                        .findFirst()
                        .orElseThrow();
        take("controller", Decider.decide(c, new Input.Outcome(id, ending), now));
        return this;
    }

    static Ending.Failed passing(String message) {
        return new Ending.Failed(Ending.Failure.TRANSIENT, message);
    }

    static Ending.Failed lasting(String message) {
        return new Ending.Failed(Ending.Failure.PERMANENT, message);
    }

    Story blind(EvidenceKey key) {
        blind.add(key);
        return this;
    }

    /** From now on nothing new is seen of this; what was seen last stays. */
    Story late(EvidenceKey key) {
        late.put(key, sight().evidence(key));
        return this;
    }

    /** Resolvers that answered before fail now; without names they answer again. */
    Story resolversFail(String... names) {
        health = new Health(10, List.of(names), Optional.empty());
        return this;
    }

    Story bad(EvidenceKey key) {
        bad.add(key);
        return this;
    }

    Story good(EvidenceKey key) {
        bad.remove(key);
        blind.remove(key);
        late.remove(key);
        return this;
    }

    /** Of five requests a second so many fail from now on. */
    Story visitorsSee(int failures) {
        failuresPerSecond = failures;
        return this;
    }

    Story adopted(double share) {
        adopted = share;
        return this;
    }

    Story edit(String id, UnaryOperator<DnsRecord> edit) {
        zone = Acme.edited(zone, id, edit);
        return this;
    }

    Story adds(DnsRecord record) {
        zone = Stream.concat(zone.stream(), Stream.of(record)).toList();
        return this;
    }

    // what came of it

    Cutover cutover() {
        return c;
    }

    Phase phase() {
        return c.phase();
    }

    Instant now() {
        return now;
    }

    List<DnsRecord> zone() {
        return zone;
    }

    DnsRecord record(String id) {
        return zone.stream().filter(r -> r.id().equals(id)).findFirst().orElseThrow();
    }

    /** The phases in order, by their words. */
    List<String> phases() {
        return journal.stream()
                .map(JournalEntry::event)
                .filter(Event.PhaseEntered.class::isInstance)
                .map(e -> ((Event.PhaseEntered) e).phase().text())
                .toList();
    }

    /** When a phase was entered last, by its words. */
    Instant enteredAt(String phase) {
        return journal.stream()
                .filter(
                        e ->
                                e.event() instanceof Event.PhaseEntered p
                                        && p.phase().text().equals(phase))
                .map(JournalEntry::at)
                .reduce((first, last) -> last)
                .orElseThrow();
    }

    /** The keys of the actions that were opened, in order, retries left out. */
    List<String> work() {
        return journal.stream()
                .map(JournalEntry::event)
                .filter(Event.ActionIntended.class::isInstance)
                .map(e -> ((Event.ActionIntended) e).id().key())
                .distinct()
                .toList();
    }

    /** The codes of the pages, in order. */
    List<String> pages() {
        return journal.stream()
                .map(JournalEntry::event)
                .filter(Event.Paged.class::isInstance)
                .map(e -> ((Event.Paged) e).code())
                .toList();
    }

    List<JournalEntry> journal() {
        return journal;
    }

    private String tale() {
        return String.join(
                "\n",
                journal.stream()
                        .map(e -> e.at() + " " + e.event())
                        .map(s -> s.substring(0, Math.min(200, s.length())))
                        .toList());
    }

    // the world

    private @Nullable Ending carryOut(ActionSpec spec) {
        if (failing.containsKey(spec.key())) {
            return failing.get(spec.key());
        }
        return switch (spec) {
            case ActionSpec.TakeBeforeImage t ->
                    new Ending.ImageTaken(
                            new BeforeImage(
                                    c.id().value(),
                                    "cloudflare",
                                    Acme.ZONE,
                                    "${env:TOKEN}",
                                    now,
                                    c.changes()),
                            List.of("s3://images/1.json", "/var/images/1.json"));
            case ActionSpec.LowerTtls l -> {
                edgeStep(EdgeChange.PREPARED);
                yield advance(c.changes(), SetChange::before, SetChange::aged);
            }
            case ActionSpec.Promote p -> new Ending.EngineDone(Map.of("pages", "2"));
            case ActionSpec.VerifyPromotion v -> new Ending.EngineDone(Map.of("digest", "ok"));
            case ActionSpec.SwitchStep s -> {
                edgeStep(s.step());
                yield advance(c.step(s.step()), c::expected, SetChange::next);
            }
            case ActionSpec.Purge p -> new Ending.Purged(1);
            case ActionSpec.PurgeMore p -> new Ending.Purged(1);
            case ActionSpec.RestoreRouting r -> restore(Side.FALLBACK, SetChange::fallback);
            case ActionSpec.UndoPromotion u -> new Ending.EngineDone(Map.of());
            case ActionSpec.SettleTtls s -> {
                EdgeRestoration.of(
                                c.restorableEdge(s.side()),
                                e -> Cutover.settledOn(e, s.side()),
                                edge())
                        .writes()
                        .forEach(w -> set(w.target()));
                yield restore(s.side(), ch -> ch.settledOn(s.side()));
            }
        };
    }

    private void edgeStep(int step) {
        c.edgeStep(step).forEach(e -> set(e.at(step)));
    }

    private void set(EdgePart part) {
        parts.put(part.key(), part);
    }

    private EdgeView edge() {
        return new EdgeView(List.copyOf(parts.values()), List.of(), List.of(), List.of(), now);
    }

    /** A part of the edge as it stands. */
    EdgePart part(EdgeKey key) {
        return Objects.requireNonNull(parts.get(key));
    }

    private Ending advance(
            List<SetChange> changes,
            Function<SetChange, List<DnsRecord>> expected,
            Function<SetChange, List<DnsRecord>> target) {
        return switch (Advance.of(changes, expected, target, view())) {
            case Advance.AlreadyThere there -> new Ending.ZoneWritten(0, List.of(), Instant.EPOCH);
            case Advance.Drift d -> new Ending.Drifted(d.edits());
            case Advance.Ready r -> {
                r.writes().forEach(this::write);
                yield new Ending.ZoneWritten(r.writes().size(), List.of(), Instant.EPOCH);
            }
        };
    }

    private Ending restore(Side side, Function<SetChange, List<DnsRecord>> promised) {
        Restoration way = Restoration.of(c.restorable(side), promised, view());
        way.writes().forEach(this::write);
        return new Ending.ZoneWritten(way.writes().size(), way.kept(), Instant.EPOCH);
    }

    private void write(RecordWrite write) {
        List<DnsRecord> records = new ArrayList<>(zone);
        switch (write) {
            case RecordWrite.Patch p ->
                    records.replaceAll(r -> r.id().equals(p.seen().id()) ? p.target() : r);
            case RecordWrite.Create n -> records.add(n.target().withId("made" + ++made));
            case RecordWrite.Delete d -> records.removeIf(r -> r.id().equals(d.seen().id()));
        }
        zone = records;
    }

    private ZoneView view() {
        return Acme.zone(zone, now);
    }

    private void countRequests(Instant next) {
        if (c.routedAt().isEmpty()) {
            return;
        }
        Instant from = next.minusSeconds(600).isAfter(now) ? next.minusSeconds(600) : now;
        for (Instant at = from; at.isBefore(next); at = at.plusSeconds(1)) {
            buckets.add(
                    new Bucket(
                            at, Duration.ofSeconds(1), 5 - failuresPerSecond, failuresPerSecond));
        }
    }

    private StorySight sight() {
        return new StorySight(c, view(), edge(), buckets, bad, adopted, health, now);
    }

    private Map<EvidenceKey, Evidence> evidence() {
        StorySight sight = sight();
        Map<EvidenceKey, Evidence> seen = new EnumMap<>(EvidenceKey.class);
        for (EvidenceKey key : EvidenceKey.values()) {
            seen.put(
                    key,
                    blind.contains(key)
                            ? new Evidence.NoEvidence(key, "nobody answers", now)
                            : late.getOrDefault(key, sight.evidence(key)));
        }
        return seen;
    }
}
