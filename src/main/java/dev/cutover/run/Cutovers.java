package dev.cutover.run;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decider;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Planner;
import dev.cutover.core.plan.Refusal;
import dev.cutover.core.report.Report;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.Deadline;
import dev.cutover.port.Journal;
import dev.cutover.port.PortException;
import dev.cutover.port.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What faces may ask for. Every verb of the API, the CLI and the pages ends here, and nothing else does. */
public final class Cutovers {
    private static final Duration READ_LIMIT = Duration.ofSeconds(20);
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
        record Seen(PlanDiff diff) implements Previewed {}
    }

    /** Reads the plan and the zone and says what would change. Writes nothing. */
    public Previewed preview(String text, Map<String, String> files) {
        return switch (reader.read(text, files, clock.instant())) {
            case PlanReader.Read.Bad bad -> new Previewed.Bad(bad.mistakes());
            case PlanReader.Read.Ok ok -> diff(ok.plan());
        };
    }

    private Previewed diff(Plan plan) {
        try {
            Call call = Call.reading("", "preview " + plan.name(), Deadline.in(READ_LIMIT));
            Map<DnsName, String> claimed = new HashMap<>();
            stored(journal::claims).forEach((name, holder) -> claimed.put(name, holder.value()));
            return new Previewed.Seen(
                    Planner.plan(plan, world.zone(plan.zone()).read(plan.zone(), call), claimed));
        } catch (PortException e) {
            return new Previewed.Unreachable(String.valueOf(e.getMessage()));
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

        record Ok(Cutover cutover) implements Scheduled {}
    }

    /**
     * Schedules a plan against the zone as it is.
     *
     * @param expectedHash the hash a preview showed; when given, a zone or plan that differs is refused
     * @param idempotencyKey a repeat returns the cutover begun before
     */
    public Scheduled schedule(
            String text,
            Map<String, String> files,
            String by,
            Optional<String> expectedHash,
            Optional<String> idempotencyKey) {
        return switch (preview(text, files)) {
            case Previewed.Bad bad -> new Scheduled.Bad(bad.mistakes());
            case Previewed.Unreachable u -> new Scheduled.Unreachable(u.why());
            case Previewed.Seen seen -> schedule(seen.diff(), by, expectedHash, idempotencyKey);
        };
    }

    private Scheduled schedule(
            PlanDiff diff,
            String by,
            Optional<String> expectedHash,
            Optional<String> idempotencyKey) {
        // A repeat meets the names its own first try has taken: the journal knows which it is.
        boolean maybeRepeat =
                idempotencyKey.isPresent()
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
        Event.Scheduled first = new Event.Scheduled(diff.plan(), by, diff.changes(), diff.hash());
        return switch (stored(() -> journal.begin(first, by, clock.instant(), idempotencyKey))) {
            case Journal.Begun.Ok ok -> new Scheduled.Ok(ok.cutover());
            case Journal.Begun.Overlap overlap ->
                    new Scheduled.Refused(
                            diff,
                            overlap.holders().entrySet().stream()
                                    .map(
                                            e ->
                                                    new Refusal(
                                                            "Overlap",
                                                            e.getKey().value(),
                                                            "is held by live cutover "
                                                                    + e.getValue()))
                                    .toList());
        };
    }

    /** What came of a request. */
    public sealed interface Answer {
        record NotFound() implements Answer {}

        record Refused(Phase.Reason why, Cutover cutover) implements Answer {}

        record Accepted(Cutover cutover) implements Answer {}
    }

    /** Asks something of a cutover, in one transaction. */
    public Answer request(CutoverId id, Input.Request request, Optional<String> idempotencyKey) {
        Instant now = clock.instant();
        Optional<Journal.Requested> done =
                stored(
                        () ->
                                journal.request(
                                        id,
                                        request.by(),
                                        now,
                                        idempotencyKey,
                                        c -> Decider.decide(c, request, now)));
        if (done.isEmpty()) {
            return new Answer.NotFound();
        }
        Decision decision = done.get().decision();
        return decision.refused().isPresent()
                ? new Answer.Refused(decision.refused().get(), done.get().cutover())
                : new Answer.Accepted(done.get().cutover());
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

    /** All cutovers, newest first, at most {@code most}. */
    public List<Row> list(int most) {
        return stored(() -> journal.list(most)).stream().map(Cutovers::row).toList();
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
                new FullReport(Report.of(entries, stored(() -> samples.adoption(id))), calls));
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
