package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.cloudflare.CloudflareLab;
import dev.cutover.cloudflare.CloudflareZone;
import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.life.Ending;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Plan.PlannedSet;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.SetChange;
import dev.cutover.lab.cloudflare.CloudflareRecord;
import dev.cutover.lab.cloudflare.RecordDraft;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.Fence;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A zone at the lab's Cloudflare, over sockets, while something goes wrong: planned records end exactly
 * before or after, batch by batch, never doubled, and another team's stay as they were.
 */
class CloudflareStoriesTest {
    private static final String OLD = "198.51.100.10";
    private static final String NEXT = "203.0.113.20";
    private static final int SEEDS = 12;

    private Optional<CloudflareLab> open = Optional.empty();

    @AfterEach
    void stop() {
        open.ifPresent(CloudflareLab::close);
    }

    @Test
    void a_batch_that_fails_halfway_leaves_each_batch_before_or_after() {
        Zone zone = zone(ZonePlan.OLD_FREE, 450);
        zone.lab.server.faults().failNextBatch();
        assertThatThrownBy(zone::advance).isInstanceOf(PortException.class);
        assertThat(zone.on(NEXT)).isZero();

        // The second of three fails now.
        Fence second = zone.afterFirstWrite(() -> zone.lab.server.faults().failNextBatch());
        assertThatThrownBy(() -> zone.advance(second)).hasMessageContaining("500");
        assertThat(zone.on(NEXT)).isEqualTo(200);
        assertThat(zone.on(OLD)).isEqualTo(250);

        assertThat(zone.look()).isInstanceOf(Progress.NotFound.class);
        assertThat(zone.untilWritten(zone::advance).writes()).isEqualTo(250);
        zone.shows(SetChange::next);
        assertThat(zone.on(NEXT)).isEqualTo(450);
        assertThat(zone.restored(SetChange::before).writes()).isEqualTo(450);
        zone.shows(SetChange::before);
        zone.othersAreUntouched();
    }

    @Test
    void a_storm_of_429_delays_and_doubles_nothing() {
        Zone zone = zone(ZonePlan.PRO, 20);
        long before = zone.lab.state.writes();
        zone.lab.server.faults().respond429For(4, Optional.of(Duration.ofSeconds(1)));

        assertThat(zone.untilWritten(zone::advance).writes()).isEqualTo(20);

        assertThat(zone.lab.state.writes()).isEqualTo(before + 1);
        zone.shows(SetChange::next);
        zone.othersAreUntouched();
    }

    @Test
    void an_answer_lost_after_the_effect_is_found_by_looking() {
        Zone zone = zone(ZonePlan.PRO, 20);
        long before = zone.lab.state.writes();
        zone.lab.server.faults().loseNextResponseAfterEffect();

        assertThatThrownBy(zone::advance).hasMessageContaining("unknown whether it took effect");
        assertThat(zone.look())
                .isInstanceOfSatisfying(
                        Progress.Over.class,
                        over -> assertThat(over.ending()).isInstanceOf(Ending.ZoneWritten.class));
        assertThat(zone.untilWritten(zone::advance).writes()).isZero();

        assertThat(zone.lab.state.writes()).isEqualTo(before + 1);
        zone.shows(SetChange::next);
        zone.othersAreUntouched();
    }

    @Test
    void a_write_that_lands_after_it_was_given_up_is_not_doubled() throws InterruptedException {
        Zone zone = zone(ZonePlan.PRO, 20);
        long before = zone.lab.state.writes();
        zone.lab.server.faults().landNextWriteLate(Duration.ofMillis(300));

        assertThatThrownBy(zone::advance).isInstanceOf(PortException.class);
        long ours = zone.untilWritten(zone::advance).writes() > 0 ? 1 : 0;
        zone.shows(SetChange::next);
        long until = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (zone.lab.state.writes() < before + ours + 1) {
            assertThat(System.nanoTime() - until).as("it never landed").isNegative();
            Thread.sleep(10);
        }

        // What landed late met records that show its values already.
        zone.shows(SetChange::next);
        zone.restored(SetChange::fallback);
        zone.shows(SetChange::fallback);
        zone.othersAreUntouched();
    }

    @Test
    void random_403_and_503_end_in_one_transaction() {
        Zone zone = zone(ZonePlan.PRO, 20);
        long before = zone.lab.state.writes();
        zone.lab.server.faults().forbidAtRandom(300, 7);
        assertThat(zone.untilWritten(zone::advance).writes()).isEqualTo(20);
        zone.lab.server.faults().none();
        zone.shows(SetChange::next);
        assertThat(zone.lab.state.writes()).isEqualTo(before + 1);

        zone.lab.server.faults().unavailable(true);
        assertThatThrownBy(() -> zone.effect.restore(SetChange::fallback, zone.call(Fence.OPEN)))
                .hasMessageContaining("503");
        zone.lab.server.faults().none();
        assertThat(zone.restored(SetChange::fallback).writes()).isEqualTo(20);
        assertThat(zone.lab.state.writes()).isEqualTo(before + 2);
        zone.othersAreUntouched();
    }

    @Test
    void an_edit_between_our_read_and_our_write_is_found_by_read_back() {
        Zone zone = zone(ZonePlan.PRO, 20);
        Ending ending =
                zone.advance(
                        deadline -> {
                            var unusedNote =
                                    zone.lab.state.editByHand(
                                            "n3.acme.example", "A", r -> r.withComment("mine"));
                            var unusedRecord =
                                    zone.lab.state.addByHand(
                                            RecordDraft.of("A", "n4", "192.0.2.99", 300, false));
                        });

        assertThat(ending)
                .isInstanceOfSatisfying(
                        Ending.Drifted.class,
                        drifted ->
                                assertThat(drifted.edits())
                                        .extracting(ForeignEdit::toString)
                                        .containsExactlyInAnyOrder(
                                                "n3.acme.example A 203.0.113.20: comment expected ,"
                                                        + " seen mine",
                                                "n4.acme.example A 192.0.2.99: record expected"
                                                        + " none, seen 192.0.2.99"));
        zone.othersAreUntouched();
    }

    @Test
    void a_record_deleted_between_our_read_and_our_write_refuses_the_batch_whole() {
        Zone zone = zone(ZonePlan.PRO, 20);
        assertThatThrownBy(
                        () ->
                                zone.advance(
                                        deadline ->
                                                zone.lab.state.deleteByHand(
                                                        "n3.acme.example", "A")))
                .hasMessageContaining("nothing was changed");
        assertThat(zone.on(NEXT)).isZero();
        assertThat(zone.look())
                .isInstanceOfSatisfying(
                        Progress.Over.class,
                        over -> assertThat(over.ending()).isInstanceOf(Ending.Drifted.class));
    }

    @Test
    void going_behind_the_edge_is_a_change_of_its_own_and_is_taken_back_whole() {
        PlannedSet behind =
                new PlannedSet(
                        Acme.WWW,
                        RecordType.A,
                        List.of(OLD),
                        List.of(OLD),
                        List.of(OLD),
                        Optional.of(true),
                        Optional.empty(),
                        1);
        Zone zone =
                new Zone(
                        new RandomZone(
                                List.of(Acme.a("", Acme.WWW, OLD, 3_600)), Acme.plan(behind)));

        assertThat(zone.untilWritten(zone::advance).writes()).isEqualTo(1);
        assertThat(zone.www().proxied()).isTrue();
        assertThat(zone.www().ttlSeconds()).isEqualTo(1);

        zone.restored(SetChange::fallback);
        assertThat(zone.www().proxied()).isFalse();
        assertThat(zone.www().ttlSeconds()).isEqualTo(300);
        zone.restored(SetChange::fallbackSettled);
        assertThat(zone.www().ttlSeconds()).isEqualTo(3_600);
        zone.othersAreUntouched();
    }

    @Test
    void zones_drawn_by_chance_go_there_and_back() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Zone zone = new Zone(RandomZone.of(seed));
            zone.untilWritten(zone::advance);
            zone.shows(SetChange::next);
            assertThat(zone.untilWritten(zone::advance).writes()).as("seed %d", seed).isZero();
            zone.othersAreUntouched();

            zone.restored(SetChange::fallback);
            zone.shows(SetChange::fallback);
            zone.restored(SetChange::before);
            zone.shows(SetChange::before);
            zone.othersAreUntouched();
            zone.lab.close();
        }
    }

    private Zone zone(ZonePlan plan, int names) {
        List<PlannedSet> sets = new ArrayList<>();
        List<DnsRecord> records = new ArrayList<>();
        for (int i = 0; i < names; i++) {
            sets.add(Acme.set("n" + i, RecordType.A, List.of(OLD), List.of(NEXT), 1));
            records.add(Acme.record("", "n" + i, RecordType.A, OLD, 3_600));
        }
        Plan wanted =
                Acme.with(
                        Acme.plan(sets.toArray(PlannedSet[]::new)),
                        p -> p.limits = new Plan.Limits(1, List.of()));
        return new Zone(plan, new RandomZone(records, wanted));
    }

    /** One zone with its lowered TTLs, and another team's records beside. */
    private final class Zone {
        private final CloudflareLab lab;
        private final CloudflareZone zone;
        private final PlanDiff diff;
        private final ZoneEffect effect;
        private final List<CloudflareRecord> others;

        Zone(RandomZone drawn) {
            this(ZonePlan.PRO, drawn);
        }

        Zone(ZonePlan plan, RandomZone drawn) {
            lab = new CloudflareLab(plan);
            open = Optional.of(lab);
            zone = new CloudflareZone(lab.api());
            drawn.records().stream()
                    .filter(r -> r.type().isPlannable() || r.type() == RecordType.TXT)
                    .forEach(r -> add(draft(r)));
            addOthers(plan.tagLimit() > 0 ? List.of("team:mail") : List.of());
            diff = Acme.diff(drawn.plan(), zone.read(CloudflareLab.REF, CloudflareLab.reading()));
            assertThat(diff.refusals()).isEmpty();
            effect = new ZoneEffect(zone, CloudflareLab.REF, diff.changes());
            others = others();
            var unused =
                    effect.advance(
                            SetChange::before, SetChange::aged, Instant.EPOCH, call(Fence.OPEN));
        }

        private void addOthers(List<String> tags) {
            add(
                    RecordDraft.ofData(
                            "SRV",
                            "_sip._tcp",
                            Map.of(
                                    "priority",
                                    1L,
                                    "weight",
                                    5L,
                                    "port",
                                    5060L,
                                    "target",
                                    "sip.other.test"),
                            600));
            add(
                    RecordDraft.ofData(
                                    "CAA",
                                    "@",
                                    Map.of("flags", 0L, "tag", "issue", "value", "ca.example"),
                                    600)
                            .withComment("security"));
            add(
                    RecordDraft.ofData(
                                    "HTTPS",
                                    "svc",
                                    Map.of("priority", 1L, "target", ".", "value", "alpn=\"h2\""),
                                    600)
                            .withTags(tags));
            add(
                    RecordDraft.of("MX", "@", "mail.other.test", 3_600, false)
                            .withPriority(10)
                            .withComment("mail team"));
            add(RecordDraft.of("TXT", "_dmarc", "\"v=DMARC1; p=none\"", 3_600, false));
        }

        private void add(RecordDraft draft) {
            var unused = lab.state.addByHand(draft);
        }

        private static RecordDraft draft(DnsRecord record) {
            RecordDraft plain =
                    RecordDraft.of(
                            record.type().name(),
                            record.name().value(),
                            record.content(),
                            record.ttlSeconds(),
                            record.proxied());
            return plain.withComment(record.comment()).withTags(record.tags());
        }

        Call call(Fence fence) {
            return new Call("acme-1", "acme-1/step", Deadline.in(Duration.ofSeconds(20)), fence);
        }

        Ending advance() {
            return advance(Fence.OPEN);
        }

        Ending advance(Fence fence) {
            return effect.advance(SetChange::aged, SetChange::next, Instant.EPOCH, call(fence));
        }

        Progress look() {
            return effect.lookAtAdvance(
                    SetChange::aged, SetChange::next, Instant.EPOCH, call(Fence.OPEN));
        }

        Ending.ZoneWritten restored(Function<SetChange, List<DnsRecord>> promised) {
            return untilWritten(() -> effect.restore(promised, call(Fence.OPEN)));
        }

        /** As the driver does: what was not answered is asked again. */
        Ending.ZoneWritten untilWritten(Supplier<Ending> work) {
            for (int tries = 0; tries < 50; tries++) {
                try {
                    if (work.get() instanceof Ending.ZoneWritten written) {
                        assertThat(written.kept()).isEmpty();
                        return written;
                    }
                } catch (PortException unanswered) {
                    assertThat(unanswered.category())
                            .as("%s", unanswered.getMessage())
                            .isNotEqualTo(PortException.Category.PERMANENT);
                }
            }
            throw new AssertionError("never written");
        }

        /** A fence that does this right before the second write leaves. */
        Fence afterFirstWrite(Runnable then) {
            long before = lab.state.writes();
            return deadline -> {
                if (lab.state.writes() == before + 1) {
                    then.run();
                }
            };
        }

        CloudflareRecord www() {
            return lab.state.records().stream()
                    .filter(r -> r.name().equals(Acme.WWW.value()))
                    .findFirst()
                    .orElseThrow();
        }

        long on(String address) {
            return lab.state.records().stream().filter(r -> r.content().equals(address)).count();
        }

        void shows(Function<SetChange, List<DnsRecord>> promised) {
            assertThat(
                            FieldProof.of(
                                    diff.changes(),
                                    promised,
                                    zone.read(CloudflareLab.REF, CloudflareLab.reading())))
                    .allMatch(proof -> proof.standing() == FieldProof.Standing.KEPT);
        }

        private List<CloudflareRecord> others() {
            Set<String> planned =
                    diff.changes().stream()
                            .map(c -> c.name() + " " + c.type())
                            .collect(Collectors.toSet());
            return lab.state.records().stream()
                    .filter(r -> !planned.contains(r.name() + " " + r.type()))
                    .toList();
        }

        /** Every field: identifiers, notes, tags, parts, times of writing. */
        void othersAreUntouched() {
            assertThat(others()).isEqualTo(others).isNotEmpty();
        }
    }
}
