package dev.cutover.wiring;

import dev.cutover.port.Ownership;
import dev.cutover.run.Node;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready: this node drives, and its store answered so lately that its leases stand. Not before the start is
 * over, not while the store is away for longer than a lease, not from the beginning of a stop on.
 *
 * <p>It asks nobody: it tells what the node's own claims, once a second, have met.
 */
@Readiness
@ApplicationScoped
public class NodeReady implements HealthCheck {
    @Inject Node node;

    @Override
    public HealthCheckResponse call() {
        return judge(node.isAlive(), node.sinceStoreAnswered(), node.clockIsWrong());
    }

    static HealthCheckResponse judge(
            boolean driving, Duration sinceStoreAnswered, boolean clockIsWrong) {
        boolean answered = sinceStoreAnswered.compareTo(Ownership.LEASE) < 0;
        return HealthCheckResponse.named("drives")
                .status(driving && answered)
                .withData("driving", driving)
                .withData("store", answered ? "answers" : "away for longer than a lease")
                .withData(
                        "clock",
                        clockIsWrong
                                ? "off the store's: leaves cutovers to other nodes"
                                : "as the store's")
                .build();
    }
}
