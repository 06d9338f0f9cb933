package dev.cutover.lab.dns;

import dev.cutover.lab.dns.CachingResolver.Place;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** The lab's honest resolver keeps the contract, by the lab's clock. */
class CachingResolverContractTest extends ResolverContract {

    CachingResolverContractTest() throws IOException {}

    @Override
    Place start() throws IOException {
        return lab.resolver(new Behaviour.Honest()).place();
    }

    @Override
    void passAFifthOfASecond() {
        lab.clock.jump(Duration.ofMillis(200));
    }

    @Override
    Duration time() {
        return Duration.between(Instant.EPOCH, lab.clock.instant());
    }

    @Override
    void stop() {}
}
