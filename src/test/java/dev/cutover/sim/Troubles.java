package dev.cutover.sim;

import dev.cutover.core.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// What goes wrong in a world, when, and for how long.
final class Troubles {
    private Troubles() {}

    static void plant(SimWorld world, Chance chance) {
        double hostile = world.scenario.faults() * 100;
        Plan plan = world.scenario.plan();
        Instant start = Scenario.START;
        Instant opens = plan.window().opensAt();
        Instant end = plan.window().closesAt().plus(plan.soak());
        if (chance.in100(hostile * 0.4)) {
            world.zone.mostLag = Duration.ofSeconds(chance.of(30, 90, 170));
        }
        if (chance.in100(35)) {
            world.spells(SimWorld.Origin.NEXT)
                    .add(spell(chance, opens, end, 2, 60, chance.of(1.0, 0.5, 0.2)));
        }
        if (chance.in100(hostile * 0.5)) {
            world.spells(SimWorld.Origin.NEXT)
                    .add(spell(chance, start, end, 1, 4, chance.of(0.01, 0.05)));
        }
        for (SimWorld.Origin origin : List.of(SimWorld.Origin.CURRENT, SimWorld.Origin.FALLBACK)) {
            if (chance.in100(hostile * 0.4)) {
                world.spells(origin).add(spell(chance, opens, end, 1, 40, 1.0));
            }
        }
        int outages = chance.in100(hostile * 0.7) ? chance.from(1, 3) : 0;
        for (int i = 0; i < outages; i++) {
            world.apiDown.add(spell(chance, chance.of(start, opens), end, 1, 12, 1));
        }
        if (chance.in100(hostile * 0.1)) {
            world.apiDenied.add(spell(chance, chance.of(start, opens), end, 1, 10, 1));
        }
        if (chance.in100(hostile * 0.3)) {
            world.blind.add(spell(chance, chance.of(start, opens), end, 1, 10, 1));
        }
        if (chance.in100(hostile * 0.3)) {
            world.authorityDown.add(spell(chance, chance.of(start, opens), end, 1, 15, 1));
        }
        if (chance.in100(hostile * 0.2)) {
            world.slowResolvers.add(spell(chance, opens, end, 1, 15, 1));
        }
        if (chance.in100(hostile * 0.3)) {
            Instant from = chance.after(start, Duration.ZERO, Duration.between(start, end));
            world.engineDead.add(
                    new SimWorld.Spell(from, from.plusSeconds(chance.seconds(20, 900)), 1));
        }
        if (chance.in100(hostile * 0.3)) {
            world.engineDead.add(spell(chance, opens, opens.plusSeconds(600), 1, 10, 1));
        }
    }

    private static SimWorld.Spell spell(
            Chance chance, Instant from, Instant to, int least, int most, double strength) {
        Instant at = chance.after(from, Duration.ZERO, Duration.between(from, to));
        return new SimWorld.Spell(
                at, at.plusSeconds(chance.seconds(least * 60L, most * 60L)), strength);
    }
}
