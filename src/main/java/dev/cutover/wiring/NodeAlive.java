package dev.cutover.wiring;

import dev.cutover.run.Node;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Alive: no loop of this node has died. A database that is away changes nothing here, because a restart
 * would not bring it back and would lose what is under way.
 */
@Liveness
@ApplicationScoped
public class NodeAlive implements HealthCheck {
    @Inject Node node;

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("loops").status(!node.hasDied()).build();
    }
}
