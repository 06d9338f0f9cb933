package dev.cutover.run;

import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.image.Transactions;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decider;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.outlook.Calls;
import dev.cutover.core.outlook.Outlook;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Planner;
import dev.cutover.core.plan.Preflight;
import dev.cutover.core.plan.Refusal;
import dev.cutover.core.report.Report;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.Deadline;
import dev.cutover.port.DnsZone;
import dev.cutover.port.Journal;
import dev.cutover.port.PortException;
import dev.cutover.port.RequestKey;
import dev.cutover.port.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What faces may ask for. Every verb of the API, the CLI and the pages ends here, and nothing else does. */
public final class Cutovers {
    private static final Duration READ_LIMIT = Duration.ofSeconds(20);
    private static final Duration STATISTICS_LOOK = Duration.ofMinutes(10);
    private static final int MOST_ENTRIES = 100_000;
    private static final int MOST_CALLS = 20_000;

    private final PlanReader reader;
    private final World world;
    private final Journal journal;
    private final Samples samples;
    private final PlanClock clock;

    public Cutovers(
            PlanReader reader, World world, Journal journal, Samples samples, PlanClock clock) {
        this.reader = reader;
        this.world = world;
        this.journal = journal;
        this.samples = samples;
        this.clock = clock;
    }

    /** What came of looking at a plan. */
    public sealed interface Previewed {
        /** The text is no plan. */
        record Bad(List<PlanReader.Mistake> mistakes) implements Previewed {
            public Bad {
                mistakes = List.copyOf(mistakes);
            }
        }

        /** The world could not be read. */
        record Unreachable(String why) implements Previewed {}

        /** What would change; it may still be refused. */
        record Seen(PlanDiff diff, Outlook outlook) implements Previewed {}
    }

    /** Reads the plan and the zone and says what would change. Writes nothing. */
    public Previewed preview(String text, Map<String, String> files) {
        return switch (reader.read(text, files, clock.instant())) {
            case PlanReader.Read.Bad bad -> new Previewed.Bad(bad.mistakes());
            case PlanReader.Read.Ok ok -> diff(ok);
        };
    }

    private Previewed diff(PlanReader.Read.Ok read) {
        Plan plan = read.plan();
        try {
            Call call = Call.reading("", "preview " + plan.name(), Deadline.in(READ_LIMIT));
            Map<String, String> claimed = new HashMap<>();
            stored(journal::claims).forEach((name, holder) -> claimed.put(name, holder.value()));
            DnsZone zone = world.zone(plan.zone());
            var bounds = new Calls.Bounds(zone.mostWrites(plan.zone()), zone.mostListed());
            ZoneView view = zone.read(plan.zone(), call);
            EdgeView edge = world.readEdge(plan.zone(), plan.edgeKeys(), call, view.observedAt());
            PlanDiff diff = Planner.plan(plan, view, edge, claimed).noting(read.notes());
            Preflight seen = zone.look(diff, call).and(statistics(plan, call));
            PlanDiff whole =
                    diff.after(seen)
                            .noting(
                                    Transactions.of(diff.changes(), bounds.writes()).stream()
                                            .flatMap(t -> t.note().stream())
                                            .toList());
            return new Previewed.Seen(
                    whole,
                    Outlook.of(whole, bounds, clock.instant())
                            .and(seen, plan.zone().name().value()));
        } catch (PortException e) {
            String why = String.valueOf(e.getMessage());
            // Asking again with the same plan would be answered the same.
            return e.category() == PortException.Category.TRANSIENT
                    ? new Previewed.Unreachable(why)
                    : new Previewed.Bad(List.of(read.zone().saying(why)));
        }
    }

    /** Whether the provider's own figures can be read, when the plan wants them. */
    private Preflight statistics(Plan plan, Call call) {
        if (!plan.watch().provider()) {
            return Preflight.nothing();
        }
        Instant now = clock.instant();
        try {
            var unused = world.errors().read(plan, now.minus(STATISTICS_LOOK), now, call);
            return new Preflight(List.of(), List.of("statistics can be read"), List.of());
        } catch (PortException e) {
            String why = String.valueOf(e.getMessage());
            return e.category() == PortException.Category.TRANSIENT
                    ? new Preflight(
                            List.of(), List.of(), List.of("whether statistics can be read: " + why))
                    : new Preflight(
                            List.of(
                                    new Refusal(
                                            "CannotReadStatistics",
                                            plan.zone().name().value(),
                                            "'watch.sources' names the provider, seen " + why)),
                            List.of(),
                            List.of());
        }
    }

    /** What came of scheduling. */
    public sealed interface Scheduled {
        record Bad(List<PlanReader.Mistake> mistakes) implements Scheduled {
            public Bad {
                mistakes = List.copyOf(mistakes);
            }
        }

        record Unreachable(String why) implements Scheduled {}

        /** The plan may not run against the zone as it is. */
        record Refused(PlanDiff diff, List<Refusal> refusals) implements Scheduled {
            public Refused {
                refusals = List.copyOf(refusals);
            }
        }

        /** The key was used for something else before. */
        record KeyReused() implements Scheduled {}

        record Ok(Cutover cutover) implements Scheduled {}
    }

    /**
     * By what a repeat of a request is known.
     *
     * @param key the caller's word for this one request
     * @param says a digest of what is asked for; the same key with another one is refused
     */
    public record Repeat(String key, String says) {
        RequestKey stored() {
            return new RequestKey(key, says);
        }
    }

    /**
     * Schedules a plan against the zone as it is.
     *
     * @param expectedHash the hash a preview showed; when given, a zone or plan that differs is refused
     * @param repeat a repeat returns the cutover as it was when it was begun, whatever the zone and the
     *     provider say by now
     */
    public Scheduled schedule(
            String text,
            Map<String, String> files,
            String by,
            Optional<String> expectedHash,
            Optional<Repeat> repeat) {
        Optional<RequestKey> key = repeat.map(Repeat::stored);
        Optional<Journal.Begun> before = key.flatMap(k -> stored(() -> journal.begun(k)));
        if (before.isPresent()) {
            return scheduled(before.get(), Optional.empty());
        }
        return switch (preview(text, files)) {
            case Previewed.Bad bad -> new Scheduled.Bad(bad.mistakes());
            case Previewed.Unreachable u -> new Scheduled.Unreachable(u.why());
            case Previewed.Seen seen -> schedule(seen.diff(), by, expectedHash, key);
        };
    }

    private Scheduled schedule(
            PlanDiff diff, String by, Optional<String> expectedHash, Optional<RequestKey> key) {
        // A repeat beside a first try that is still running meets the names its own first try has
        // taken: the journal knows which it is.
        boolean maybeRepeat =
                key.isPresent()
                        && diff.refusals().stream().allMatch(r -> r.code().equals("Overlap"));
        if (!diff.mayRun() && !maybeRepeat) {
            return new Scheduled.Refused(diff, diff.refusals());
        }
        if (expectedHash.isPresent() && !expectedHash.get().equals(diff.hash())) {
            Refusal drift =
                    new Refusal(
                            "Drift",
                            diff.plan().zone().name().value(),
                            "the plan or the zone changed since hash "
                                    + expectedHash.get()
                                    + ", it is "
                                    + diff.hash()
                                    + " now; look at the plan again");
            return new Scheduled.Refused(diff, List.of(drift));
        }
        Optional<Scheduled> unable = prove(diff);
        if (unable.isPresent()) {
            return unable.get();
        }
        Event.Scheduled first =
                new Event.Scheduled(diff.plan(), by, diff.changes(), diff.edge(), diff.hash());
        return scheduled(
                stored(() -> journal.begin(first, by, clock.instant(), key)), Optional.of(diff));
    }

    /** Proves what only writing can prove, before there is a cutover; empty when all of it holds. */
    private Optional<Scheduled> prove(PlanDiff diff) {
        Plan plan = diff.plan();
        Call call = Call.reading("", "prove " + plan.name(), Deadline.in(READ_LIMIT));
        try {
            Preflight proof = world.zone(plan.zone()).prove(diff, call);
            return proof.refusals().isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Scheduled.Refused(diff.after(proof), proof.refusals()));
        } catch (PortException e) {
            return Optional.of(new Scheduled.Unreachable(String.valueOf(e.getMessage())));
        }
    }

    /**
     * @param diff what the plan would change; a repeat does without, because it overlaps nothing
     */
    private static Scheduled scheduled(Journal.Begun begun, Optional<PlanDiff> diff) {
        return switch (begun) {
            case Journal.Begun.Ok ok -> new Scheduled.Ok(ok.cutover());
            case Journal.Begun.KeyReused reused -> new Scheduled.KeyReused();
            case Journal.Begun.Overlap overlap ->
                    new Scheduled.Refused(
                            diff.orElseThrow(),
                            overlap.holders().entrySet().stream()
                                    .map(
                                            e ->
                                                    new Refusal(
                                                            "Overlap",
                                                            e.getKey(),
                                                            "is held by live cutover "
                                                                    + e.getValue()))
                                    .toList());
        };
    }

    /** What came of a request. */
    public sealed interface Answer {
        record NotFound() implements Answer {}

        record Refused(Phase.Reason why, Cutover cutover) implements Answer {}

        /** Something happened since the caller looked. Nothing was changed. */
        record Stale(Cutover cutover) implements Answer {}

        /** The key was used for something else before. Nothing was changed. */
        record KeyReused() implements Answer {}

        record Accepted(Cutover cutover) implements Answer {}
    }

    /** The code of a refusal because something happened since the caller looked. */
    private static final String STALE = "Stale";

    /**
     * Asks something of a cutover, in one transaction.
     *
     * @param asSeen whether the cutover is still what the caller looked at; judged under the same lock as
     *     the request
     * @param repeat a repeat changes nothing and returns the first answer
     */
    public Answer request(
            CutoverId id,
            Input.Request request,
            Predicate<Cutover> asSeen,
            Optional<Repeat> repeat) {
        Instant now = clock.instant();
        Optional<Journal.Requested> done =
                stored(
                        () ->
                                journal.request(
                                        id,
                                        request.by(),
                                        now,
                                        repeat.map(Repeat::stored),
                                        c -> decide(c, request, asSeen, now)));
        if (done.isEmpty()) {
            return new Answer.NotFound();
        }
        Cutover cutover = done.get().cutover();
        Optional<Phase.Reason> refused = done.get().decision().refused();
        if (refused.isEmpty()) {
            return new Answer.Accepted(cutover);
        }
        return switch (refused.get().code()) {
            case STALE -> new Answer.Stale(cutover);
            case Journal.KEY_REUSED -> new Answer.KeyReused();
            default -> new Answer.Refused(refused.get(), cutover);
        };
    }

    private static Decision decide(
            Cutover c, Input.Request request, Predicate<Cutover> asSeen, Instant now) {
        return asSeen.test(c)
                ? Decider.decide(c, request, now)
                : new Decision(
                        List.of(),
                        now,
                        Optional.of(new Phase.Reason(STALE, "something happened meanwhile")));
    }

    /**
     * One cutover in a list.
     *
     * @param wakeAt when its driver looks again at the latest
     */
    public record Row(
            CutoverId id,
            long seq,
            String site,
            String phase,
            boolean live,
            String owner,
            Instant opensAt,
            Instant wakeAt) {}

    /**
     * Which cutovers a list holds; what is empty does not matter.
     *
     * @param after only those that began before this one
     * @param phase the phase's name alone, such as {@code Switching}
     * @param host the site's host name
     */
    public record Filter(
            Optional<CutoverId> after,
            Optional<Boolean> live,
            Optional<String> phase,
            Optional<String> host) {}

    /**
     * A piece of the list.
     *
     * @param next what to go on after; empty when there are no more
     */
    public record Page(List<Row> rows, Optional<CutoverId> next) {
        public Page {
            rows = List.copyOf(rows);
        }
    }

    /** Cutovers, newest first; a place in the list does not move when others begin. */
    public Page list(Filter f, int most) {
        Journal.Page page =
                stored(
                        () ->
                                journal.list(
                                        new Journal.Filter(f.after, f.live, f.phase, f.host),
                                        most));
        return new Page(page.rows().stream().map(Cutovers::row).toList(), page.next());
    }

    /** One row of the list. */
    public Optional<Row> row(CutoverId id) {
        return stored(() -> journal.row(id)).map(Cutovers::row);
    }

    private static Row row(Journal.Row r) {
        return new Row(
                r.id(),
                r.seq(),
                r.plan().site().url(),
                r.phase(),
                r.live(),
                r.owner(),
                r.plan().window().opensAt(),
                r.wakeAt());
    }

    public Optional<Cutover> find(CutoverId id) {
        return stored(() -> journal.load(id));
    }

    /** The journal after a sequence number, oldest first. */
    public List<JournalEntry> entries(CutoverId id, long afterSeq, int most) {
        return stored(() -> journal.entries(id, afterSeq, most));
    }

    /**
     * The report with the calls that were made.
     *
     * @param calls every request to a provider or engine, oldest first
     */
    public record FullReport(Report report, List<MadeCall> calls) {
        public FullReport {
            calls = List.copyOf(calls);
        }
    }

    /** One request to a provider or engine; see {@link ProviderCall}. */
    public record MadeCall(
            Instant at,
            String purpose,
            String peer,
            String method,
            String target,
            String outcome,
            long tookMillis,
            boolean write) {}

    public Optional<FullReport> report(CutoverId id) {
        List<JournalEntry> entries = stored(() -> journal.entries(id, 0, MOST_ENTRIES));
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        List<MadeCall> calls =
                stored(() -> samples.calls(id, MOST_CALLS)).stream()
                        .map(
                                c ->
                                        new MadeCall(
                                                c.at(),
                                                c.purpose(),
                                                c.peer(),
                                                c.method(),
                                                c.target(),
                                                c.outcome(),
                                                c.took().toMillis(),
                                                c.write()))
                        .toList();
        return Optional.of(
                new FullReport(
                        Report.of(
                                entries,
                                stored(() -> samples.adoption(id)),
                                stored(() -> samples.caches(id))),
                        calls));
    }

    /** What the store answers; its silence becomes an exception faces can tell from a mistake. */
    private static <T> T stored(Supplier<T> ask) {
        try {
            return ask.get();
        } catch (PortException e) {
            if (e.category() == PortException.Category.TRANSIENT) {
                throw new StoreUnavailableException(e);
            }
            throw e;
        }
    }

    /** Plan time. */
    public Instant now() {
        return clock.instant();
    }
}
