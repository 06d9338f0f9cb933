package dev.cutover.lab.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.net.TestAuthority;
import dev.cutover.peer.Recursive;
import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.EdnsOptions;
import dev.cutover.probe.ProbeResult;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Unbound tells the probe engine the same by every transport, and when its answer is stale. */
class UnboundTransportTest extends TransportContract {
    @Override
    Recursive start(List<InetSocketAddress> authorities, TestAuthority.Pem pem) {
        return Recursive.unbound(SITE, authorities, pem.certificate(), pem.key());
    }

    @Test
    void says_itself_that_an_answer_is_past_its_time() throws Exception {
        ask("brief.acme.example", EdnsOptions.NONE);
        lab.authorities.close();
        boolean stale = false;
        for (int i = 0; i < 50 && !stale; i++) {
            TimeUnit.MILLISECONDS.sleep(200); // its TTL of a second has to pass
            for (ProbeResult result : ask("brief.acme.example", EdnsOptions.NONE)) {
                stale |= result.answer() instanceof Answered a && a.edns().saysStale();
            }
        }
        assertThat(stale).isTrue();
    }
}
