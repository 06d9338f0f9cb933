package dev.cutover.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

/// Ready is who drives and whose leases stand.
class NodeReadyTest {
    @Test
    void a_node_that_drives_and_was_answered_within_its_lease_is_ready() {
        assertThat(NodeReady.judge(true, Duration.ofSeconds(1), false).getStatus())
                .isEqualTo(Status.UP);
    }

    @Test
    void a_node_whose_leases_may_have_run_out_is_not_ready() {
        assertThat(NodeReady.judge(true, Duration.ofSeconds(8), false).getStatus())
                .isEqualTo(Status.DOWN);
    }

    @Test
    void a_node_that_has_not_begun_or_is_stopping_is_not_ready() {
        assertThat(NodeReady.judge(false, Duration.ZERO, false).getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void a_node_whose_clock_is_off_says_so_and_still_answers() {
        HealthCheckResponse told = NodeReady.judge(true, Duration.ofSeconds(1), true);

        assertThat(told.getStatus()).isEqualTo(Status.UP);
        assertThat(told.getData().orElseThrow().get("clock"))
                .asString()
                .contains("leaves cutovers to other nodes");
    }
}
