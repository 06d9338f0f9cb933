package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.Advance;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.life.Ending;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.SetChange;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.Fence;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * What holds for every zone and every plan, drawn by chance with fixed seeds: what was planned is reached
 * and nothing more is to do then, the way back leads to the first plan, and what the plan does not speak of
 * stays as it was. A failing seed is named; {@link RandomZone#of} draws it again.
 */
class ZonePropertyTest {
    private static final int SEEDS = 400;

    // Room for every name's writes: what is kept together must fit.
    private static final int LEAST_BATCH = 12;

    @Test
    void a_plan_that_was_carried_out_leaves_nothing_to_do() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            run.forward(run.diff.plan().steps());

            run.shows(SetChange::next);
            int before = run.zone.transactions();
            run.forward(run.diff.plan().steps());
            assertThat(run.zone.transactions()).as("seed %d writes again", seed).isEqualTo(before);
            run.othersAreUntouched();

            run.done(() -> run.effect(run.closing()).restore(SetChange::nextSettled, run.call()));
            run.shows(SetChange::nextSettled);
            run.othersAreUntouched();
        }
    }

    @Test
    void the_way_back_leads_to_the_fallback_side_from_every_step() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            int steps = new Random(seed).nextInt(run.diff.plan().steps() + 1);
            run.forward(steps);

            run.done(
                    () -> run.effect(run.switched(steps)).restore(SetChange::fallback, run.call()));
            run.shows(SetChange::fallback);
            run.done(
                    () ->
                            run.effect(run.switched(steps))
                                    .restore(SetChange::fallbackSettled, run.call()));
            run.shows(SetChange::fallbackSettled);
            run.othersAreUntouched();
        }
    }

    @Test
    void after_the_before_image_is_back_the_first_plan_is_planned_again() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            int steps = new Random(seed).nextInt(run.diff.plan().steps() + 1);
            run.forward(steps);

            run.done(() -> run.effect(run.diff.changes()).restore(SetChange::before, run.call()));
            run.shows(SetChange::before);
            run.othersAreUntouched();
            assertThat(withoutIds(run.plannedNow().changes()))
                    .as("seed %d plans something else", seed)
                    .isEqualTo(withoutIds(run.diff.changes()));
        }
    }

    @Test
    void lost_answers_and_failed_writes_change_nothing_of_it() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            run.zone.harass(new Random(seed));
            run.forward(run.diff.plan().steps());
            run.shows(SetChange::next);

            run.done(() -> run.effect(run.diff.changes()).restore(SetChange::fallback, run.call()));
            run.shows(SetChange::fallback);
            run.othersAreUntouched();
        }
    }

    @Test
    void between_two_batches_no_name_stands_half_on_one_side() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            run.forward(0);
            List<RecordWrite> writes = new ArrayList<>();
            for (SetChange change : run.diff.changes()) {
                ZoneView now = run.view();
                writes.addAll(RecordWrite.between(now.set(change.key()), change.next()));
            }
            for (List<RecordWrite> batch :
                    RecordWrite.batches(writes, run.zone.mostWrites(Acme.plan().zone()))) {
                run.zone.calm();
                run.zone.apply(Acme.plan().zone(), batch, run.call());
                run.eachNameIsWhole();
            }
        }
    }

    private static List<SetChange> withoutIds(List<SetChange> changes) {
        return changes.stream()
                .map(
                        c ->
                                new SetChange(
                                        c.name(),
                                        c.type(),
                                        bare(c.before()),
                                        bare(c.aged()),
                                        bare(c.next()),
                                        bare(c.fallback()),
                                        c.settledTtlSeconds(),
                                        c.step()))
                .toList();
    }

    private static List<DnsRecord> bare(List<DnsRecord> records) {
        return records.stream().map(r -> r.withId("")).toList();
    }

    /** One zone and its plan on their way. */
    private static final class Run {
        private final long seed;
        private final RandomZone drawn;
        private final MemoryZone zone;
        private final PlanDiff diff;
        private final List<DnsRecord> others;

        Run(long seed) {
            this.seed = seed;
            drawn = RandomZone.of(seed);
            zone =
                    new MemoryZone(
                            Acme.ZONE, LEAST_BATCH + new Random(seed).nextInt(20), drawn.records());
            diff = plannedNow();
            assertThat(diff.refusals()).as("seed %d", seed).isEmpty();
            others = others();
        }

        PlanDiff plannedNow() {
            return Acme.diff(drawn.plan(), view());
        }

        ZoneView view() {
            return zone.read(drawn.plan().zone(), call());
        }

        Call call() {
            return new Call("c", "p", Deadline.in(Duration.ofMinutes(1)), Fence.OPEN);
        }

        ZoneEffect effect(List<SetChange> changes) {
            return new ZoneEffect(zone, drawn.plan().zone(), changes);
        }

        /** Lowers TTLs, then takes so many steps. */
        void forward(int steps) {
            if (!isAt(SetChange::next)) {
                done(
                        () ->
                                effect(diff.changes())
                                        .advance(
                                                SetChange::before,
                                                SetChange::aged,
                                                Instant.EPOCH,
                                                call()));
            }
            for (int step = 1; step <= steps; step++) {
                int now = step;
                List<SetChange> moved =
                        diff.changes().stream().filter(c -> c.step() == now).toList();
                done(
                        () ->
                                effect(moved)
                                        .advance(
                                                SetChange::aged,
                                                SetChange::next,
                                                Instant.EPOCH,
                                                call()));
            }
        }

        /** As the driver does: what was not answered is looked at and tried again. */
        void done(Supplier<Ending> work) {
            for (int tries = 0; tries < 50; tries++) {
                try {
                    Ending ending = work.get();
                    assertThat(ending).as("seed %d", seed).isInstanceOf(Ending.ZoneWritten.class);
                    assertThat(((Ending.ZoneWritten) ending).kept()).as("seed %d", seed).isEmpty();
                    return;
                } catch (PortException unanswered) {
                    eachNameIsWhole();
                }
            }
            throw new AssertionError("seed " + seed + " never ends");
        }

        List<SetChange> switched(int steps) {
            return diff.changes().stream()
                    .map(c -> c.step() <= steps ? c : c.unswitched(true))
                    .toList();
        }

        List<SetChange> closing() {
            return diff.changes().stream().map(SetChange::closing).toList();
        }

        boolean isAt(Function<SetChange, List<DnsRecord>> state) {
            return Advance.of(diff.changes(), state, state, view()) instanceof Advance.AlreadyThere;
        }

        /** Judged by the proof that reports carry, which shares no code with what wrote. */
        void shows(Function<SetChange, List<DnsRecord>> promised) {
            assertThat(FieldProof.of(diff.changes(), promised, view()))
                    .as("seed %d", seed)
                    .allMatch(proof -> proof.standing() == FieldProof.Standing.KEPT);
        }

        /** Each name shows one side whole: before or aged, next or fallback. */
        void eachNameIsWhole() {
            ZoneView now = view();
            for (DnsName name : diff.changes().stream().map(SetChange::name).distinct().toList()) {
                List<SetChange> sets =
                        diff.changes().stream().filter(c -> c.name().equals(name)).toList();
                assertThat(
                                shows(now, sets, SetChange::before)
                                        || shows(now, sets, SetChange::next)
                                        || shows(now, sets, SetChange::fallback))
                        .as("seed %d: %s is %s", seed, name, now.at(name))
                        .isTrue();
            }
        }

        private static boolean shows(
                ZoneView now, List<SetChange> sets, Function<SetChange, List<DnsRecord>> side) {
            return sets.stream().allMatch(c -> same(side.apply(c), now.set(c.key())));
        }

        private static boolean same(List<DnsRecord> side, List<DnsRecord> seen) {
            return side.stream()
                    .map(DnsRecord::content)
                    .sorted()
                    .toList()
                    .equals(seen.stream().map(DnsRecord::content).sorted().toList());
        }

        private List<DnsRecord> others() {
            List<SetKey> planned = diff.changes().stream().map(SetChange::key).toList();
            return zone.records().stream().filter(r -> !planned.contains(r.key())).toList();
        }

        /** Ids, notes, tags, TTLs, order: everything. */
        void othersAreUntouched() {
            assertThat(others()).as("seed %d", seed).isEqualTo(others);
        }
    }
}
