package dev.cutover.lab.dns;

import static dev.cutover.lab.dns.DnsLab.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.lab.dns.CachingResolver.Place;
import dev.cutover.lab.dns.StubResolver.Answer;
import dev.cutover.lab.peer.PeerProgram;
import dev.cutover.lab.peer.UnboundResolvers;
import dev.cutover.peer.Peers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unbound keeps the contract, by the system's clock; at a jump of the lab it forgets. */
class UnboundContractTest extends ResolverContract {
    private final Path folder;
    private @Nullable UnboundResolvers resolvers;

    UnboundContractTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
    }

    @Override
    Place start() throws IOException {
        for (PeerProgram program :
                List.of(PeerProgram.UNBOUND, PeerProgram.UNBOUND_CONTROL, PeerProgram.SETPRIV)) {
            Peers.need(program.path(), program.word(), program.debianPackage());
        }
        UnboundResolvers started =
                UnboundResolvers.start(
                        Peers.reachable(folder),
                        1,
                        lab.port,
                        lab.authorities.addresses(),
                        lab.clock);
        resolvers = started;
        return started.places().getFirst();
    }

    @Override
    void passAFifthOfASecond() throws InterruptedException {
        Thread.sleep(200);
    }

    @Override
    Duration time() {
        return Duration.ofNanos(System.nanoTime());
    }

    @Override
    void stop() {
        if (resolvers != null) {
            resolvers.close();
        }
    }

    @Test
    void forgets_at_a_jump_of_the_lab() {
        StubResolver visitor =
                new StubResolver(
                        Objects.requireNonNull(resolvers).places().getFirst().address(),
                        LabAddresses.visitor(1),
                        DnsLab.TIMEOUT);
        visitor.ask("www.acme.example", "A");
        visitor.ask("beta.acme.example", "A");
        lab.acme.set("www.acme.example", "A", record("www.acme.example", "A", 300, "127.77.4.2"));
        lab.acme.set("beta.acme.example", "A", record("beta.acme.example", "A", 300, "127.77.4.2"));

        lab.clock.jump(Duration.ofMinutes(5));

        Answer changed = new Answer.Found(List.of(), List.of("127.77.4.2"), 300);
        assertThat(visitor.ask("www.acme.example", "A")).isEqualTo(changed);
        assertThat(visitor.ask("beta.acme.example", "A")).isEqualTo(changed);
    }
}
