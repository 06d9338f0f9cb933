package dev.cutover.lab.dns;

import static dev.cutover.lab.dns.DnsLab.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.probe.Answer.AnswerRecord;
import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.EdnsOptions;
import dev.cutover.probe.ProbeEngine;
import dev.cutover.probe.ProbeResult;
import dev.cutover.probe.Question;
import dev.cutover.probe.Resolver;
import dev.cutover.probe.Transport;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Type;

/** The lab's servers are asked by the probe engine as real ones are. */
@Timeout(60)
class LabProbeTest {
    private static final EdnsOptions ALL = new EdnsOptions(Optional.empty(), true, true, false);

    @Test
    void the_labs_servers_answer_random_case_options_and_tcp_at_the_first_question()
            throws Exception {
        try (DnsLab lab = DnsLab.withRecords(record("www.acme.example", "A", 300, "127.77.4.1"));
                ProbeEngine engine = new ProbeEngine()) {
            InetSocketAddress resolver = lab.resolver(new Behaviour.Honest()).place().address();
            for (Transport how : List.of(new Transport.Udp(), new Transport.Tcp())) {
                for (InetSocketAddress at : List.of(resolver, lab.authority(1))) {
                    boolean recursive = at.equals(resolver);
                    ProbeResult result =
                            engine.ask(
                                            List.of(new Resolver("lab", at, "lab", "-", how)),
                                            List.of(
                                                    new Question(
                                                            "www.acme.example",
                                                            Type.A,
                                                            recursive,
                                                            ALL)),
                                            DnsLab.TIMEOUT)
                                    .results()
                                    .getFirst();
                    assertThat(result.answer()).as(how.word()).isInstanceOf(Answered.class);
                    Answered answered = (Answered) result.answer();
                    assertThat(answered.records())
                            .extracting(AnswerRecord::content)
                            .containsExactly("127.77.4.1");
                    assertThat(answered.edns().nsid()).as(how.word()).isPresent();
                }
            }
            long asked =
                    lab.authorities.servers().stream()
                            .mapToLong(AuthoritativeServer::questions)
                            .sum();
            // two of ours, and the cache's one for the name, whatever it asks to find the way
            assertThat(asked).isBetween(3L, 8L);
        }
    }
}
