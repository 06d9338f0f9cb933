package dev.cutover.lab.world;

import dev.cutover.lab.cloudflare.RecordDraft;
import dev.cutover.lab.cloudflare.ZoneState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The records of the lab's zone: twenty that the demo moves, and as many that belong to others and must
 * never change.
 */
final class DemoZone {
    /** Names visitors reach through the provider's edge. */
    static final List<String> PROXIED =
            List.of("shop", "blog", "static", "img", "account", "search");

    /** Names visitors reach directly. */
    static final List<String> DIRECT =
            List.of(
                    "www", "api", "m", "news", "docs", "help", "status", "jobs", "press", "events",
                    "forum", "labs", "beta", "go");

    /** The name in front of which a load balancer stands; its record is shadowed by it. */
    static final String BALANCED = "eu";

    private static final String CURRENT = LabWorld.Side.CURRENT.address();

    private DemoZone() {}

    static void fill(ZoneState zone) {
        for (String name : DIRECT) {
            zone.addByHand(
                    RecordDraft.of("A", host(name), CURRENT, 3600, false)
                            .withComment("web: " + name));
        }
        for (String name : PROXIED) {
            zone.addByHand(
                    RecordDraft.of("A", host(name), CURRENT, 1, true)
                            .withTags(List.of("team:web")));
        }
        zone.addByHand(RecordDraft.of("A", host(BALANCED), CURRENT, 1, true));
        zone.addByHand(
                RecordDraft.of("MX", LabWorld.ZONE, "mail." + LabWorld.ZONE, 3600, false)
                        .withPriority(10));
        zone.addByHand(RecordDraft.of("TXT", LabWorld.ZONE, "\"v=spf1 mx -all\"", 3600, false));
        zone.addByHand(
                RecordDraft.of("A", "mail." + LabWorld.ZONE, "127.77.20.1", 3600, false)
                        .withComment("belongs to the mail team"));
        for (int i = 1; i <= 17; i++) {
            zone.addByHand(
                    RecordDraft.of("A", host("host" + i), "127.77.20." + (10 + i), 3600, false)
                            .withComment("belongs to others"));
        }
    }

    static String host(String label) {
        return label + "." + LabWorld.ZONE;
    }

    /** Every name a certificate is asked of. */
    static String[] tlsNames() {
        return Stream.of(DIRECT, PROXIED, List.of(BALANCED))
                .flatMap(List::stream)
                .map(DemoZone::host)
                .toArray(String[]::new);
    }

    /** The planned names by step: a few first, then the rest. */
    static List<List<String>> steps() {
        List<String> first = List.of("beta", "labs", "static", "img");
        List<String> rest = new ArrayList<>(DIRECT);
        rest.addAll(PROXIED);
        rest.removeAll(first);
        return List.of(first, List.copyOf(rest));
    }
}
