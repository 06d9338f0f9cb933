package dev.cutover.lab.cloudflare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.lab.LabClock;
import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rules of a zone, told as what a person at the dashboard would meet. */
class ZoneStateTest {

    private final LabClock clock =
            new LabClock(InstantSource.fixed(Instant.parse("2026-12-06T02:00:00Z")));
    private final CloudflareAccount account = new CloudflareAccount(clock, 1);
    private final ZoneState zone =
            account.addZone(
                    "acme.example",
                    ZonePlan.FREE,
                    List.of("ns1.lab.example"),
                    List.of("127.60.0.1"));

    @Test
    void a_proxied_record_forgets_its_ttl() {
        var www = zone.addByHand(RecordDraft.of("A", "www", "127.50.0.1", 3600, true));
        assertThat(www.ttlSeconds()).isEqualTo(1);
        assertThat(www.name()).isEqualTo("www.acme.example");
    }

    @Test
    void refuses_what_the_vendor_refuses() {
        zone.addByHand(RecordDraft.of("A", "www", "127.50.0.1", 300, false));
        refused(81058, RecordDraft.of("A", "www", "127.50.0.1", 600, false));
        refused(81053, RecordDraft.of("CNAME", "www", "a.example", 300, false));
        refused(81056, RecordDraft.of("NS", "www", "ns.a.example", 300, false));
        refused(9005, RecordDraft.of("A", "x", "127.50.0.256", 300, false));
        refused(9005, RecordDraft.of("AAAA", "x", "127.50.0.1", 300, false));
        refused(9021, RecordDraft.of("A", "x", "127.50.0.1", 59, false));
        refused(9021, RecordDraft.of("A", "x", "127.50.0.1", 86_401, false));
        refused(9004, RecordDraft.of("TXT", "x", "t", 300, true));
        refused(9300, RecordDraft.of("A", "x", "127.50.0.1", 300, false).withTags(List.of("a:b")));
        refused(
                9301,
                RecordDraft.of("A", "x", "127.50.0.1", 300, false).withComment("c".repeat(101)));
        assertThat(zone.records()).hasSize(1);
    }

    @Test
    void patch_keeps_and_put_resets_what_is_left_out() {
        var www =
                zone.addByHand(
                        RecordDraft.of("A", "www", "127.50.0.1", 1, true).withComment("web"));
        var patched =
                zone.apply(RecordBatch.patch(www.id(), draft("{\"content\":\"127.50.0.2\"}")))
                        .patches()
                        .get(0);
        assertThat(patched.proxied()).isTrue();
        assertThat(patched.comment()).isEqualTo("web");
        var put =
                zone.apply(
                                RecordBatch.put(
                                        www.id(),
                                        draft(
                                                "{\"type\":\"A\",\"name\":\"www\",\"content\":\"127.50.0.3\"}")))
                        .puts()
                        .get(0);
        assertThat(put.proxied()).isFalse();
        assertThat(put.comment()).isEmpty();
        assertThat(put.createdAt()).isEqualTo(www.createdAt());
    }

    @Test
    void a_type_is_changed_only_by_delete_and_create_in_one_batch() {
        var www = zone.addByHand(RecordDraft.of("CNAME", "www", "a.example", 300, false));
        var other = RecordDraft.of("A", "www", "127.50.0.1", 300, false);
        assertThatThrownBy(() -> zone.apply(RecordBatch.patch(www.id(), other)))
                .isInstanceOf(ApiRefusal.class);
        var done =
                zone.apply(
                        new RecordBatch(List.of(www.id()), List.of(), List.of(), List.of(other)));
        assertThat(done.posts().get(0).id()).isNotEqualTo(www.id());
        assertThat(zone.records()).extracting(CloudflareRecord::type).containsExactly("A");
    }

    @Test
    void one_failure_in_a_batch_applies_nothing() {
        var www = zone.addByHand(RecordDraft.of("A", "www", "127.50.0.1", 300, false));
        var before = zone.records();
        var batch =
                new RecordBatch(
                        List.of(www.id()),
                        List.of(),
                        List.of(),
                        List.of(
                                RecordDraft.of("A", "www", "127.50.0.2", 300, false),
                                RecordDraft.of("A", "bad", "no address", 300, false)));
        assertThatThrownBy(() -> zone.apply(batch))
                .isInstanceOfSatisfying(
                        ApiRefusal.class, e -> assertThat(e.code()).isEqualTo(9005));
        assertThat(zone.records()).isEqualTo(before);
        assertThat(zone.writes()).isEqualTo(1);
    }

    @Test
    void a_free_zone_takes_200_operations_at_once() {
        var drafts =
                IntStream.range(0, 201)
                        .mapToObj(i -> RecordDraft.of("A", "h" + i, "127.50.0.1", 300, false))
                        .toList();
        assertThatThrownBy(
                        () -> zone.apply(new RecordBatch(List.of(), List.of(), List.of(), drafts)))
                .hasMessageContaining("201");
        zone.apply(new RecordBatch(List.of(), List.of(), List.of(), drafts.subList(0, 200)));
        refused(81045, drafts.get(200));
    }

    @Test
    void a_batch_reaches_each_server_name_by_name() {
        zone.addByHand(RecordDraft.of("A", "a", "127.50.0.1", 300, false));
        zone.addByHand(RecordDraft.of("A", "b", "127.50.0.1", 300, false));
        zone.settle();
        var start = zone.version(0, clock.instant());
        var ids = zone.records().stream().map(CloudflareRecord::id).toList();
        var move = draft("{\"content\":\"127.50.0.2\"}");
        zone.apply(
                new RecordBatch(
                        List.of(),
                        ids.stream().map(id -> new RecordBatch.Target(id, move)).toList(),
                        List.of(),
                        List.of()));
        assertThat(contents(0)).containsOnly("127.50.0.1");
        var mixed = 0;
        var version = start;
        for (var millis = 0; millis < 1_000; millis += 10) {
            clock.jump(Duration.ofMillis(10));
            mixed += new java.util.HashSet<>(contents(0)).size() == 2 ? 1 : 0;
            assertThat(zone.version(0, clock.instant())).isGreaterThanOrEqualTo(version);
            version = zone.version(0, clock.instant());
        }
        assertThat(mixed).as("10 ms steps in which only one name had moved").isPositive();
        assertThat(version).isEqualTo(start + 2);
        assertThat(contents(0)).containsOnly("127.50.0.2");
        assertThat(contents(1)).containsOnly("127.50.0.2");
    }

    @Test
    void proxied_names_are_answered_by_the_edge() {
        zone.addByHand(RecordDraft.of("A", "www", "127.50.0.1", 1, true));
        zone.addByHand(RecordDraft.of("A", "www", "127.50.0.2", 1, true));
        zone.addByHand(RecordDraft.of("TXT", "@", "say \"hi\"", 1, false));
        zone.settle();
        assertThat(zone.recordsAt(0, clock.instant()))
                .containsExactlyInAnyOrder(
                        new ZoneRecord("www.acme.example", "A", 300, "127.60.0.1"),
                        new ZoneRecord("acme.example", "TXT", 300, "\"say \\\"hi\\\"\""));
    }

    @Test
    void a_person_edits_by_the_same_rules() {
        zone.addByHand(RecordDraft.of("A", "www", "127.50.0.1", 300, false));
        clock.jump(Duration.ofMinutes(1));
        var edited = zone.editByHand("www.acme.example", "A", record -> record.withComment("mine"));
        assertThat(edited.modifiedAt()).isEqualTo(clock.instant());
        assertThat(zone.records()).containsExactly(edited);
        zone.deleteByHand("www.acme.example", "A");
        assertThat(zone.records()).isEmpty();
    }

    @Test
    void development_mode_ends_by_itself() {
        zone.set("development_mode", "on");
        clock.jump(Duration.ofHours(4));
        assertThat(zone.setting("development_mode").map(ZoneState.Setting::value))
                .isEqualTo(Optional.of("off"));
    }

    private List<String> contents(int server) {
        return zone.recordsAt(server, clock.instant()).stream().map(ZoneRecord::content).toList();
    }

    private void refused(int code, RecordDraft draft) {
        assertThatThrownBy(() -> zone.apply(RecordBatch.post(draft)))
                .isInstanceOfSatisfying(
                        ApiRefusal.class, e -> assertThat(e.code()).as(e.text()).isEqualTo(code));
    }

    private static RecordDraft draft(String json) {
        return RecordDraft.parse(ApiJson.body(json));
    }
}
