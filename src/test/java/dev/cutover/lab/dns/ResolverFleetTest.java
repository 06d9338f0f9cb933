package dev.cutover.lab.dns;

import static dev.cutover.lab.dns.DnsLab.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.lab.CallTap;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ResolverFleetTest {

    @Test
    @Timeout(120)
    void forty_eight_resolvers_answer_a_thousand_questions_at_once() throws Exception {
        try (DnsLab lab = DnsLab.withRecords(record("www.acme.example", "A", 300, "127.77.4.1"));
                ResolverFleet fleet = honest(lab);
                ExecutorService visitors = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<StubResolver.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                CachingResolver resolver = fleet.resolvers().get(i % fleet.resolvers().size());
                StubResolver visitor =
                        new StubResolver(
                                resolver.place().address(),
                                LabAddresses.visitor(1),
                                DnsLab.TIMEOUT);
                answers.add(visitors.submit(() -> visitor.ask("www.acme.example", "A")));
            }
            for (Future<StubResolver.Answer> answer : answers) {
                assertThat(answer.get())
                        .isEqualTo(
                                new StubResolver.Answer.Found(
                                        List.of(), List.of("127.77.4.1"), 300));
            }
            assertThat(fleet.resolvers()).allMatch(resolver -> resolver.questions() >= 20);
        }
    }

    private static ResolverFleet honest(DnsLab lab) throws IOException {
        return ResolverFleet.start(
                Collections.nCopies(ResolverFleet.USUAL_SIZE, new Behaviour.Honest()),
                lab.port,
                lab.authorities.addresses(),
                lab.clock,
                CallTap.NONE,
                DnsLab.TIMEOUT);
    }

    @Test
    void the_usual_mix_has_every_habit_and_a_majority_without_one() {
        List<Behaviour> mix = ResolverFleet.usualMix(48);

        assertThat(mix).hasSize(48).isEqualTo(ResolverFleet.usualMix(48));
        assertThat(mix.stream().filter(Behaviour.Honest.class::isInstance)).hasSize(28);
        assertThat(new HashSet<>(mix.stream().map(Object::getClass).toList()))
                .hasSize(Behaviour.class.getPermittedSubclasses().length);
    }

    @Test
    void writes_the_list_of_where_its_resolvers_are_and_lets_go_of_every_port(
            @TempDir Path directory) throws IOException {
        Path list = directory.resolve("resolvers.txt");
        try (DnsLab lab = DnsLab.withRecords()) {
            ResolverFleet fleet =
                    ResolverFleet.start(
                            ResolverFleet.usualMix(48),
                            lab.port,
                            lab.authorities.addresses(),
                            lab.clock,
                            CallTap.NONE);
            ResolverFleet.writeList(fleet.places(), list);
            fleet.close();

            assertThat(Files.readAllLines(list))
                    .hasSize(49)
                    .startsWith(
                            "# name address:port operator country",
                            "r01 127.77.2.1:" + lab.port + " brookline XB");
            for (CachingResolver resolver : fleet.resolvers()) {
                InetSocketAddress address = resolver.place().address();
                assertThat(LabAddresses.isLab(address.getAddress())).isTrue();
                try (DatagramSocket again = new DatagramSocket(address)) {
                    assertThat(again.isBound()).isTrue();
                }
            }
        }
    }
}
