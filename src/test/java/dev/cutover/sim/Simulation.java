package dev.cutover.sim;

import dev.cutover.core.life.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// One seed from the first event to the end, judged by the oracle all along.
final class Simulation {
    /// What came of a seed.
    ///
    /// @param broken the invariant that did not hold
    /// @param end the last phase's word
    record Result(long seed, Optional<Broken> broken, String end, int ticks, String trace) {
        String story() {
            return "seed "
                    + seed
                    + " broke "
                    + broken.map(Broken::getMessage).orElse("nothing")
                    + "\nreplay: ./mvnw test -Dtest=SimulationTest -Dsim.seed="
                    + seed
                    + "\n"
                    + trace;
        }
    }

    /// How long a run may take after its window, holds and second thoughts included.
    private static final Duration AFTER_WINDOW = Duration.ofHours(4);

    private Simulation() {}

    static Result run(long seed, Brain brain, boolean traced) {
        Chance chance = new Chance(seed);
        Scenario scenario = Scenario.draw(chance.split());
        Trace trace = new Trace(traced);
        if (traced) {
            trace.note(Scenario.START, "plan " + scenario.plan());
            scenario.diff().changes().forEach(c -> trace.note(Scenario.START, c.toString()));
        }
        Oracle oracle = new Oracle(scenario);
        SimWorld world = new SimWorld(scenario, chance.split());
        oracle.watch(world);
        Troubles.plant(world, chance.split());
        SimEffects effects = new SimEffects(world, chance.split(), oracle, trace);
        SimDriver driver = new SimDriver(world, effects, oracle, brain, chance.split(), trace);
        People people = new People(world, driver, oracle, chance.split(), trace);
        Optional<Broken> broken = Optional.empty();
        try {
            live(world, effects, driver, people, oracle);
        } catch (Broken b) {
            broken = Optional.of(b);
            trace.note(world.now(), "BROKEN " + b.getMessage());
        }
        return new Result(
                seed, broken, driver.state().phase().text(), driver.ticks(), trace.toString());
    }

    private static void live(
            SimWorld world, SimEffects effects, SimDriver driver, People people, Oracle oracle) {
        Instant horizon =
                world.scenario
                        .plan()
                        .window()
                        .closesAt()
                        .plus(world.scenario.plan().soak())
                        .plus(Duration.ofHours(10));
        Instant latest = horizon.plus(Duration.ofDays(2));
        while (world.now().isBefore(horizon)) {
            Instant now = world.now();
            Instant closes = driver.state().plan().window().closesAt();
            if (closes.plus(AFTER_WINDOW).isAfter(horizon) && closes.isBefore(latest)) {
                horizon = closes.plus(AFTER_WINDOW);
            }
            Instant next =
                    earliest(driver.nextAt(), people.nextAt(), effects.nextAt().orElse(horizon));
            Instant least = now.plusMillis(200);
            world.advance(next.isBefore(least) ? least : next.isAfter(horizon) ? horizon : next);
            effects.advance();
            people.act();
            driver.tick();
            oracle.tick(world.now());
            if (over(driver.state().phase(), people)) {
                break;
            }
        }
        oracle.ended(world.now(), false);
        people.gone = true;
        // Late requests land; nothing may be worse for it.
        for (int i = 0; i < 8 && driver.state().phase().isFinal(); i++) {
            world.advance(world.now().plusSeconds(10));
            effects.advance();
            driver.tick();
        }
        oracle.ended(world.now(), true);
        driver.fold();
    }

    private static boolean over(Phase phase, People people) {
        return phase instanceof Phase.FellBack
                || phase instanceof Phase.Cancelled
                || (phase instanceof Phase.Completed && people.nextAt().equals(Instant.MAX));
    }

    private static Instant earliest(Instant a, Instant b, Instant c) {
        Instant ab = a.isBefore(b) ? a : b;
        return ab.isBefore(c) ? ab : c;
    }
}
