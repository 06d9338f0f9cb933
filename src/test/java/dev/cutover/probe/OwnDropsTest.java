package dev.cutover.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Type;

/// Whose packets were dropped: the engine's own, or those of a neighbour.
class OwnDropsTest {

    private static final int OURS = 0x9C40;
    private static final int THEIRS = 0x9C41;
    private static final int DNS = 53;

    @TempDir private Path folder;
    private OwnDrops drops;

    @BeforeEach
    void seven_were_dropped_before() throws IOException {
        machine(7);
        sockets(0, 0);
        drops = new OwnDrops(files());
        drops.opened(OURS, DNS);
    }

    @Test
    void a_neighbours_drops_are_not_ours() throws IOException {
        machine(12);
        sockets(0, 5);
        assertThat(drops.count()).isZero();
    }

    @Test
    void our_own_drops_are_counted_once() throws IOException {
        machine(12);
        sockets(3, 2);
        assertThat(drops.count()).isEqualTo(3);
        assertThat(drops.count()).isEqualTo(3);
        machine(13);
        sockets(4, 2);
        assertThat(drops.count()).isEqualTo(4);
    }

    @Test
    void what_a_closed_socket_lost_counts_against_us() throws IOException {
        drops.closed(OURS, DNS);
        machine(9);
        assertThat(drops.count()).isEqualTo(2);
        machine(10);
        assertThat(drops.count()).as("a neighbour's, later").isEqualTo(2);
    }

    @Test
    void without_a_table_of_sockets_the_machines_total_counts() throws IOException {
        Files.delete(folder.resolve("udp"));
        machine(9);
        assertThat(drops.count()).isEqualTo(2);
    }

    @Test
    void reads_both_counters_and_shrugs_at_what_it_does_not_know() throws IOException {
        Files.writeString(folder.resolve("snmp"), "Udp: A B\nUdp: 1 2\nUdpLite: 1\n");
        Files.writeString(folder.resolve("snmp6"), "Udp6InErrors 9\nUdp6RcvbufErrors    \t12\n");
        Files.writeString(folder.resolve("udp"), "  sl\n\n   1: nonsense\n 2: x:y z:w 3\n");
        assertThat(drops.count()).isZero();
        Path absent = folder.resolve("absent");
        var nothing = new OwnDrops(new OwnDrops.Files4And6(absent, absent, List.of(absent)));
        assertThat(nothing.count()).isZero();
    }

    @Test
    void a_round_says_what_was_dropped_while_it_lasted() throws Exception {
        Question quiet = new Question("www.acme.example", Type.A, true);
        Question loud = new Question("shop.acme.example", Type.A, true);
        Files.delete(folder.resolve("udp")); // so that the total counts
        try (var server =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    if ((query[13] | 0x20) == 's') {
                                        machine(8);
                                    }
                                    back.send(LoopbackServer.answer(query));
                                });
                var engine = new ProbeEngine(ProbeLimits.DEFAULT, drops)) {
            Duration patient = Duration.ofSeconds(5);
            List<Resolver> one = List.of(server.resolver());
            assertThat(engine.ask(one, List.of(quiet), patient).faults())
                    .doesNotContain(OwnFault.DROPPED_PACKETS);
            Round spoilt = engine.ask(one, List.of(loud), patient);
            assertThat(spoilt.faults()).contains(OwnFault.DROPPED_PACKETS);
            assertThat(spoilt.selfInflicted()).isTrue();
            assertThat(spoilt.faultsInWords()).contains("dropped packets");
        }
    }

    private OwnDrops.Files4And6 files() {
        return new OwnDrops.Files4And6(
                folder.resolve("snmp"), folder.resolve("snmp6"), List.of(folder.resolve("udp")));
    }

    private void machine(int dropped) throws IOException {
        Files.writeString(
                folder.resolve("snmp"), "Udp: InDatagrams RcvbufErrors\nUdp: 9 " + dropped + "\n");
    }

    private void sockets(int ours, int theirs) throws IOException {
        String row = "  77: 0100007F:%04X 0201007F:%04X 01 00000000:00000000 00:0 0 0 0 9 2 0 %d\n";
        Files.writeString(
                folder.resolve("udp"),
                "   sl  local_address rem_address st drops\n"
                        + row.formatted(OURS, DNS, ours)
                        + row.formatted(THEIRS, DNS, theirs));
    }
}
