package dev.cutover.lab.dns;

import dev.cutover.lab.dns.CachingResolver.Place;
import dev.cutover.net.TestAuthority;
import dev.cutover.peer.Recursive;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** BIND keeps the contract, by the system's clock. */
class BindContractTest extends ResolverContract {
    private @Nullable Recursive server;

    BindContractTest() throws IOException {}

    @Override
    Place start() {
        TestAuthority.Pem pem = new TestAuthority().pemFor(Recursive.NAME);
        Recursive started =
                Recursive.bind("bind-1", lab.authorities.addresses(), pem.certificate(), pem.key());
        server = started;
        return new Place("bind-1", started.plain(), "test", "XA");
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
        if (server != null) {
            server.close();
        }
    }
}
