package dev.cutover.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

/// Ready is who drives and whose leases stand.
class NodeReadyTest {
    @Test
    void a_node_that_drives_and_was_answered_within_its_lease_is_ready() {
        assertThat(NodeReady.judge(true, Duration.ofSeconds(1)).getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void a_node_whose_leases_may_have_run_out_is_not_ready() {
        assertThat(NodeReady.judge(true, Duration.ofSeconds(8)).getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void a_node_that_has_not_begun_or_is_stopping_is_not_ready() {
        assertThat(NodeReady.judge(false, Duration.ZERO).getStatus()).isEqualTo(Status.DOWN);
    }
}
