package dev.cutover.sim;

import dev.cutover.core.announce.Announcement;
import dev.cutover.core.announce.Announcements;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.life.Action;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What must never happen, judged from the world's own truth and the plan's words.
///
/// It shares no code with decide, Advance, Restoration or the TTL clock.
final class Oracle {
    /// The longest an authority takes to show a write.
    private static final Duration LAG = Duration.ofMinutes(4);

    /// A person's edit this young may be unknown to the controller.
    private static final Duration UNSEEN = Duration.ofSeconds(75);

    private final Scenario scenario;
    private final OwnValues ours;
    private final Edits edits;
    private final Liveness liveness;
    private final Optional<PoolOracle> pool;
    private @Nullable SimWorld world;
    private final Set<String> actionIds = new HashSet<>();
    private final Set<String> openZoneWrites = new HashSet<>();
    private final Set<String> approvers = new TreeSet<>();
    private final StringBuilder told = new StringBuilder();
    private Instant lastUrgentAt = Instant.MIN;
    private Phase phase = new Phase.Scheduled();
    private Instant phaseSince = Scenario.START;
    private Plan.Window window;
    private @Nullable Instant loweredAt;
    private @Nullable Instant abortedAt;
    private boolean undoApproved;
    private boolean switched;
    private boolean wrote;
    private boolean authoritiesBehind;
    private boolean fallbackSeenSick;
    private Instant lastEdgeEdit = Instant.EPOCH;

    Oracle(Scenario scenario) {
        this.scenario = scenario;
        this.ours = new OwnValues(scenario);
        this.edits = new Edits(scenario.promises());
        this.liveness = new Liveness(ours);
        this.pool =
                scenario.pool().map(p -> new PoolOracle(scenario.plan().origins().getFirst(), p));
        this.window = scenario.plan().window();
    }

    void watch(SimWorld watched) {
        world = watched;
    }

    private SimWorld world() {
        return Objects.requireNonNull(world);
    }

    static void must(boolean holds, String invariant, String what) {
        if (!holds) {
            throw new Broken(invariant, what);
        }
    }

    // --- what the controller journals ---

    void journaled(JournalEntry entry, Cutover after) {
        Optional<Announcement> said = Announcements.of(entry);
        said.ifPresent(
                a -> {
                    told.append(a.text()).append(' ').append(a.steps()).append('\n');
                    if (a.urgent()) {
                        lastUrgentAt = entry.at();
                    }
                });
        switch (entry.event()) {
            case Event.PhaseEntered p -> {
                must(said.isPresent(), "announced", "silent transition to " + p.phase().text());
                must(
                        Ways.isLegal(phase, p.phase()),
                        "legal-way",
                        phase.text() + " -> " + p.phase().text());
                if (p.phase() instanceof Phase.FallingBack f
                        && f.stage() == Phase.Stage.ROUTING
                        && (f.why().code().equals("Errors")
                                || f.why().code().equals("WindowClosed"))) {
                    must(
                            !fallbackSeenSick,
                            "never-flip-to-sick",
                            "falls back by itself to a side that was last seen sick");
                }
                phase = p.phase();
                phaseSince = entry.at();
                if (p.phase() instanceof Phase.FellBack f) {
                    mustStand(f.side() == dev.cutover.core.plan.Side.FALLBACK, false);
                    must(
                            (f.side() == dev.cutover.core.plan.Side.FALLBACK) == switched,
                            "promised",
                            "claims side " + f.side() + ", switched: " + switched);
                } else if (p.phase() instanceof Phase.Cancelled) {
                    mustStand(false, false);
                } else if (p.phase() instanceof Phase.Completed) {
                    mustStand(false, true);
                }
            }
            case Event.ActionIntended a -> intended(a, after);
            case Event.ActionEnded a -> openZoneWrites.remove(a.id().text());
            case Event.RoutingRestored r -> told.append(r.kept()).append('\n');
            case Event.Paged p -> authoritiesBehind |= p.code().equals("AuthoritiesBehind");
            case Event.UndoApproved u -> undoApproved = true;
            case Event.Postponed p -> {
                window = p.window();
                approvers.clear();
            }
            case Event.ResumeRequested r -> {
                edits.resumed();
                pool.ifPresent(PoolOracle::resumed);
            }
            case Event.AbortRequested a -> abortedAt = entry.at();
            case Event.Scheduled s -> {}
            case Event.GatePassed g -> {}
            case Event.VerdictChanged v -> {}
            case Event.TtlClockChanged t -> {}
            case Event.StepServed s -> {}
            case Event.ContentKept k -> {}
            case Event.ZoneProven z -> {}
            case Event.Approved a -> {}
            case Event.HoldRequested h -> {}
        }
    }

    private void intended(Event.ActionIntended a, Cutover after) {
        must(actionIds.add(a.id().text()), "ids-once", a.id() + " was intended twice");
        must(
                !(after.phase() instanceof Phase.Held),
                "held-stands",
                a.id() + " was intended while held");
        switched |= a.spec() instanceof ActionSpec.SwitchStep;
        if (a.spec().writesZone()) {
            openZoneWrites.add(a.id().text());
            must(
                    openZoneWrites.size() == 1,
                    "one-zone-write",
                    "two zone writes are open: " + openZoneWrites);
        }
        if (Ways.isForward(a.spec())) {
            must(
                    !after.phase().isWayBack() && !after.phase().isFinal(),
                    "no-way-forward-on-the-way-back",
                    a.id() + " in " + after.phase().text());
        }
    }

    /// A person's approval as the person meant it.
    void approved(String by, boolean rightHash, boolean early) {
        if (rightHash && early) {
            approvers.add(by);
        }
    }

    void abortAsked(boolean accepted, Phase in, Instant now) {
        must(accepted || in.isFinal(), "abort-accepted", "refused in " + in.text());
        if (!in.isFinal() && !in.isWayBack()) {
            abortedAt = now;
        }
    }

    void holdAsked(boolean accepted, Phase in, Phase after) {
        must(
                in.isFinal() || in.isWayBack() || (accepted && after instanceof Phase.Held),
                "hold-accepted",
                "asked in " + in.text() + ", now " + after.text());
    }

    /// The controller looked at the zone or got pages from the fallback side.
    void observed(Evidence evidence) {
        if (evidence instanceof Evidence.Zone z) {
            edits.zoneSeen(z.observedAt());
        }
        if (evidence instanceof Evidence.Pages p
                && p.key() == dev.cutover.core.evidence.EvidenceKey.FALLBACK_PAGES) {
            fallbackSeenSick = p.pages().stream().anyMatch(x -> !x.problem().isEmpty());
        }
    }

    // --- what the controller does ---

    void started(Action action, Cutover c, Instant now) {
        if (!Ways.isForward(action.spec())) {
            return;
        }
        must(
                !c.phase().isWayBack()
                        && !c.phase().isFinal()
                        && !(c.phase() instanceof Phase.Held),
                "no-way-forward-on-the-way-back",
                action.id() + " was sent in " + c.phase().text());
        boolean first =
                action.spec() instanceof ActionSpec.Promote
                        || (action.spec() instanceof ActionSpec.SwitchStep s
                                && s.step() == 1
                                && scenario.plan().promotion().isEmpty());
        if (first && action.id().attempt() == 1) {
            mayGo(action, now);
        }
        if (action.spec() instanceof ActionSpec.SwitchStep) {
            must(
                    scenario.plan().promotion().isEmpty() || world().engine.verified,
                    "import-before-routing",
                    action.id() + " was sent, but no verified import stands");
        }
    }

    /// A switch is about to be written as the zone stands now; nothing was computed before.
    void aboutToWrite(Action action, Instant now) {
        if (action.spec() instanceof ActionSpec.SwitchStep s) {
            ttlsAreOld(s.step(), action, now);
        }
    }

    private void mayGo(Action action, Instant now) {
        must(
                !now.isBefore(window.opensAt()) && now.isBefore(window.closesAt()),
                "window",
                action.id() + " was sent outside " + window.opensAt() + " to " + window.closesAt());
        int need = scenario.plan().approvals().need();
        must(
                approvers.size() >= need
                        && (need == 0 || approvers.stream().anyMatch(a -> !a.equals("author"))),
                "approved",
                action.id() + " was sent with approvals of " + approvers + ", needed " + need);
    }

    private void ttlsAreOld(int step, Action action, Instant now) {
        if (loweredAt != null) {
            must(
                    !now.isBefore(loweredAt.plus(scenario.plan().ttl().lead())),
                    "lead",
                    action.id() + " was sent before the lead was over");
        }
        if (edits.hidARaise()) {
            return;
        }
        for (Scenario.Promise p : scenario.promises().values()) {
            if (p.step() != step || p.proxied() || p.original().isEmpty()) {
                continue;
            }
            boolean moved =
                    world().zone.set(p.key()).stream().anyMatch(r -> p.isOnlyNext(r.content()));
            if (moved) {
                continue;
            }
            Optional<Instant> gone =
                    world().zone.goneAt(p.key(), r -> SimZone.answeredTtl(r) > p.low(), now);
            must(
                    gone.isPresent() && !gone.get().isAfter(now),
                    "ttl-clock",
                    action.id()
                            + " was sent while caches may hold "
                            + p.key()
                            + " with a TTL above "
                            + p.low()
                            + " s until "
                            + gone.map(Instant::toString).orElse("an authority lowers it"));
        }
    }

    void engineAsked(SimEngine.Kind kind, Action action, Instant now) {
        if (kind != SimEngine.Kind.UNDO || !switched) {
            return;
        }
        if (scenario.plan().writes() != Plan.Writes.NONE) {
            Plan.AfterWrites rule = scenario.plan().fallback().afterWrites();
            must(
                    rule == Plan.AfterWrites.UNDO
                            || (rule == Plan.AfterWrites.HOLD && undoApproved),
                    "writes-kept",
                    "content is undone although visitors wrote, rule " + rule);
        }
        for (Scenario.Promise p : scenario.promises().values()) {
            // A late authority still agrees when somebody flips a set to and fro within its lag.
            boolean justEdited = edits.lastAt(p.key()).plus(LAG).isAfter(phaseSince);
            if (p.proxied() || authoritiesBehind || edits.hidARaise() || justEdited) {
                continue;
            }
            Optional<Instant> gone =
                    world().zone.goneAt(p.key(), r -> p.isOnlyNext(r.content()), now);
            must(
                    gone.isPresent() && !gone.get().isAfter(now),
                    "drained",
                    action.id()
                            + " undoes content while caches may send visitors to the next side by "
                            + p.key()
                            + " until "
                            + gone.map(Instant::toString).orElse("an authority lets go"));
        }
    }

    void zoneWritten(
            Action action,
            List<DnsRecord> before,
            List<DnsRecord> after,
            boolean stale,
            Instant now) {
        if (action.spec() instanceof ActionSpec.LowerTtls && !before.equals(after)) {
            loweredAt = loweredAt == null ? now : loweredAt;
        }
        wrote |= !before.equals(after);
        edits.weWrote(before, after);
        Map<String, DnsRecord> old = SimZone.byId(before);
        Map<String, DnsRecord> now2 = SimZone.byId(after);
        for (DnsRecord r : before) {
            DnsRecord next = now2.get(r.id());
            if (next == null || !next.equals(r)) {
                boolean excused = stale && wasOnTheWire(action, r.key());
                changed(action, r, next, ttls(before, r.key()), excused);
            }
        }
        for (DnsRecord r : after) {
            if (!old.containsKey(r.id())) {
                boolean excused = stale && wasOnTheWire(action, r.key());
                changed(action, null, r, ttls(before, r.key()), excused);
            }
        }
    }

    /// Nobody can take back what was sent before a person edited the set.
    private boolean wasOnTheWire(Action action, SetKey key) {
        return !edits.lastAt(key).isBefore(action.intendedAt());
    }

    void poolWritten(Action action, EdgePart.Pool before, EdgePart.Pool after, boolean stale) {
        wrote |= !before.equals(after);
        pool.orElseThrow().written(action, before, after, stale);
    }

    void poolEdited(EdgePart.Pool before, EdgePart.Pool after, Instant now) {
        pool.orElseThrow().personEdited(before, after, now);
    }

    private static Set<Long> ttls(List<DnsRecord> records, SetKey key) {
        Set<Long> ttls = new HashSet<>();
        Edits.of(records, key).forEach(r -> ttls.add(r.ttlSeconds()));
        return ttls;
    }

    private void changed(
            Action action,
            @Nullable DnsRecord old,
            @Nullable DnsRecord next,
            Set<Long> standing,
            boolean excused) {
        DnsRecord any = old != null ? old : Objects.requireNonNull(next);
        Scenario.Promise promise = scenario.promises().get(any.key());
        if (promise == null) {
            throw new Broken("outside-plan", action.id() + " changed " + any);
        }
        if (old != null && !excused) {
            ours.mustBeOurs(action, promise, old, next);
        }
        if (next == null) {
            return;
        }
        ours.mustBePlanned(action, promise, old, next, standing);
        boolean forward =
                promise.isOnlyNext(next.content())
                        && (old == null || !old.content().equals(next.content()));
        if (forward) {
            must(
                    action.spec() instanceof ActionSpec.SwitchStep s && s.step() == promise.step(),
                    "own-step",
                    action.id() + " moved " + next + " of step " + promise.step());
            must(
                    excused || !edits.isRestored(next.key()),
                    "restored-by-hand",
                    action.id() + " switched " + next.key() + " again after a person put it back");
        }
        ours.wrote(old, next, standing);
    }

    // --- what people do ---

    void personEdited(List<DnsRecord> before, List<DnsRecord> after, Instant now) {
        edits.personEdited(before, after, now);
    }

    // --- as time passes ---

    void tick(Instant now) {
        liveness.tick(
                new Liveness.Seen(phase, phaseSince, lastUrgentAt, edits.lastAt()), world(), now);
    }

    /// At the end of the run, and once more when late writes have landed.
    void ended(Instant now, boolean landed) {
        if (phase.isFinal() && landed) {
            if (phase instanceof Phase.FellBack f) {
                mustStand(f.side() == dev.cutover.core.plan.Side.FALLBACK, false);
            } else {
                mustStand(false, phase instanceof Phase.Completed);
            }
        }
        if (abortedAt != null && !(phase instanceof Phase.Completed)) {
            must(
                    phase.isFinal() || !lastUrgentAt.isBefore(abortedAt),
                    "abort-ends",
                    "aborted at " + abortedAt + ", still " + phase.text() + ", nobody was told");
        }
        must(
                phase.isFinal() || !lastUrgentAt.isBefore(phaseSince),
                "ends-or-pages",
                "still " + phase.text() + " since " + phaseSince + " at " + now + ", no page");
    }

    /// Somebody turned a setting or changed a rule.
    void edgeEdited(Instant now) {
        lastEdgeEdit = now;
    }

    /// The shield and the rules are back as they were, or a person's and named.
    private void edgeMustStand() {
        Instant now = world().now();
        if (lastEdgeEdit.plus(UNSEEN).isAfter(now)
                || (phase.isFinal() && lastEdgeEdit.plus(UNSEEN).isAfter(phaseSince))) {
            return;
        }
        Optional<String> off = world().edge.notBack();
        must(off.isEmpty(), "edge-back", off.orElse(""));
        must(!world().edge.holdsOurRule(), "edge-back", "our caching rule was left behind");
        must(
                !world().edge.holdsEditedRule()
                        || told.toString().contains("rules http_request_cache_settings"),
                "edge-named",
                "a person's edit of our rule was kept, but nobody was told");
    }

    /// Every planned field is at its promised value, or is a person's and was named.
    private void mustStand(boolean fallback, boolean next) {
        edgeMustStand();
        if (!wrote) {
            return;
        }
        Instant now = world().now();
        Instant quiet = (phase.isFinal() && phaseSince.isBefore(now) ? phaseSince : now);
        pool.ifPresent(
                o ->
                        o.mustStand(
                                world().pool.orElseThrow().pool(),
                                next,
                                told.toString(),
                                quiet.minus(UNSEEN)));
        for (Scenario.Promise p : scenario.promises().values()) {
            Instant edited = edits.lastAt(p.key());
            if (edited.plus(UNSEEN).isAfter(now)
                    || (phase.isFinal() && edited.plus(UNSEEN).isAfter(phaseSince))) {
                continue;
            }
            List<Scenario.Want> wants =
                    next
                            ? p.next()
                            : fallback
                                    ? p.fallback()
                                    : p.original().stream()
                                            .map(
                                                    r ->
                                                            new Scenario.Want(
                                                                    r.content(),
                                                                    List.of(r.ttlSeconds()),
                                                                    r.proxied(),
                                                                    List.of(r.comment())))
                                            .toList();
            ours.mustStand(
                    p,
                    wants,
                    world().zone.set(p.key()),
                    edits.lastAt().containsKey(p.key()),
                    told.toString());
        }
    }
}
