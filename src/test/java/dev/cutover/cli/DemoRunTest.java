package dev.cutover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.lab.peer.PeerProgram;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the demo says when it cannot begin. */
class DemoRunTest {

    @Test
    void real_peers_that_are_not_installed_are_named_with_their_packages() {
        GivenUpException said =
                DemoRun.notInstalled(
                        List.of(
                                PeerProgram.NGINX,
                                PeerProgram.UNBOUND,
                                PeerProgram.UNBOUND_CONTROL));

        assertThat(said.exitCode()).isEqualTo(GivenUpException.UNREACHABLE);
        assertThat(said.lines())
                .anySatisfy(line -> assertThat(line).contains("nginx, unbound, unbound-control"))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .endsWith(
                                                "apt-get install --no-install-recommends"
                                                        + " nginx-light unbound"));
    }
}
