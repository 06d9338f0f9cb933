package dev.cutover.lab.world;

import dev.cutover.lab.cloudflare.Rulesets;
import dev.cutover.lab.cloudflare.ZoneState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Tells what happens at the edge beside the records, as the provider's own data shows it. */
final class EdgeTale {
    /** The tier between the edge's places and the origins: who has many visitors has it on. */
    static final String SHIELD = "tiered_caching";

    private final ZoneState zone;
    private final Consumer<String> teller;
    private String shield;
    private List<String> rules;
    private int purges;

    EdgeTale(ZoneState zone, Consumer<String> teller) {
        this.zone = zone;
        this.teller = teller;
        this.shield = shield(zone);
        this.rules = rules(zone);
        this.purges = zone.purges().size();
    }

    /** Tells what is different from the last time. */
    void goOn() {
        String nowShield = shield(zone);
        if (!nowShield.equals(shield)) {
            teller.accept("edge: the origin shield is " + nowShield);
            shield = nowShield;
        }
        List<String> nowRules = rules(zone);
        if (!nowRules.equals(rules)) {
            teller.accept(
                    "edge: "
                            + (nowRules.size() > rules.size()
                                    ? "a rule keeps paths out of every cache: " + nowRules.getLast()
                                    : "that rule is gone"));
            rules = nowRules;
        }
        List<ZoneState.Purge> all = zone.purges();
        for (ZoneState.Purge purge : all.subList(Math.min(purges, all.size()), all.size())) {
            // The proof that purging is allowed names a file nobody ever asked for.
            if (purge.everything() || !purge.hosts().isEmpty()) {
                teller.accept(
                        "edge: purged "
                                + (purge.everything()
                                        ? "everything"
                                        : purge.hosts().size() + " names"));
            }
        }
        purges = all.size();
    }

    /** What a cutover has left behind at the edge; empty when all is as it was made. */
    static List<String> leftBehind(ZoneState zone) {
        List<String> left = new ArrayList<>();
        if (!shield(zone).equals("on")) {
            left.add("expected the origin shield on, seen " + shield(zone));
        }
        rules(zone).forEach(r -> left.add("expected no caching rule, seen " + r));
        return left;
    }

    private static String shield(ZoneState zone) {
        return zone.setting(SHIELD).map(ZoneState.Setting::value).orElse("not set");
    }

    private static List<String> rules(ZoneState zone) {
        return zone.rulesets().entryPoint(Rulesets.CACHE).stream()
                .flatMap(set -> set.rules().stream())
                .map(Rulesets.Rule::ref)
                .toList();
    }
}
