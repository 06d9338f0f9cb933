package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.cli.DemoLab;
import dev.cutover.cli.DemoPlay;
import dev.cutover.lab.cloudflare.VendorContract;
import dev.cutover.lab.peer.PeerProgram;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.Scenario;
import dev.cutover.peer.Peers;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scenarios end as their names say with nginx as origins and Unbound as resolvers. */
class RealPeersIT {

    @ParameterizedTest
    @EnumSource(names = {"HAPPY", "ERRORS_AFTER_SWITCH"})
    void ends_as_its_name_says(Scenario scenario) throws Exception {
        for (PeerProgram program : PeerProgram.values()) {
            Peers.need(program.path(), program.word(), program.debianPackage());
        }
        try (DemoLab lab = new DemoLab(LabWorld.Peers.REAL)) {
            Optional<VendorContract> contract = VendorContract.ifHere();
            contract.ifPresent(c -> lab.world().api().overhear(c::heard));
            lab.startEngine(scenario.engineFault());
            lab.startController();
            lab.world().liven();
            lab.awaitController();
            DemoPlay.Ended ended =
                    new DemoPlay(
                                    lab,
                                    scenario,
                                    scenario.plan(DemoPlan.brief()),
                                    Duration.ofMinutes(8),
                                    status -> {},
                                    line -> System.out.println(scenario.word() + ": " + line))
                            .play();
            assertThat(ended.wrong()).as(() -> scenario.word() + "; " + lab.lastWords()).isEmpty();
            assertThat(ended.phase()).isEqualTo(scenario.ending());
            contract.ifPresent(VendorContract::isKept);
            assertThat(ended.report().path("adoption")).isNotEmpty();
            lab.leaveNothing();
        }
    }
}
