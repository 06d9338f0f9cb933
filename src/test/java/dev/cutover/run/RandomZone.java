package dev.cutover.run;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Plan.PlannedSet;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A zone and a plan drawn by chance: addresses that trade places, sets that grow and shrink, aliases that
 * become addresses and back, notes and tags on every record, and another team's records beside them.
 *
 * @param records everything the zone holds
 * @param plan moves some of its names, in one to three steps
 */
record RandomZone(List<DnsRecord> records, Plan plan) {
    private static final List<Long> TTLS = List.of(1L, 60L, 120L, 300L, 3_600L, 86_400L);
    private static final List<RecordType> ADDRESSES = List.of(RecordType.A, RecordType.AAAA);

    /** The zone and plan of a seed. */
    static RandomZone of(long seed) {
        return new Dice(new Random(seed)).roll();
    }

    /** What the plan does not speak of. */
    List<DnsRecord> foreign() {
        return records.stream()
                .filter(r -> plan.sets().stream().noneMatch(s -> s.key().equals(r.key())))
                .toList();
    }

    private static final class Dice {
        private final Random random;
        private final List<DnsRecord> records = new ArrayList<>();
        private final List<PlannedSet> sets = new ArrayList<>();

        Dice(Random random) {
            this.random = random;
        }

        RandomZone roll() {
            int steps = 1 + random.nextInt(3);
            int names = steps + random.nextInt(5);
            for (int i = 0; i < names; i++) {
                name(DnsName.within(Acme.ZONE, "n" + i), i < steps ? i + 1 : step(steps));
            }
            others();
            Plan drawn =
                    Acme.with(
                            Acme.plan(sets.toArray(PlannedSet[]::new)),
                            p -> p.limits = new Plan.Limits(1, List.of()));
            return new RandomZone(List.copyOf(records), drawn);
        }

        private int step(int steps) {
            return 1 + random.nextInt(steps);
        }

        private void name(DnsName name, int step) {
            Map<RecordType, List<String>> from = side();
            Map<RecordType, List<String>> to = unlike(from);
            Map<RecordType, List<String>> fallback = random.nextBoolean() ? from : side();
            boolean proxied = random.nextInt(3) == 0;
            Optional<Boolean> marked =
                    random.nextInt(3) == 0 ? Optional.of(true) : Optional.empty();
            Optional<Boolean> proxiedNext =
                    random.nextInt(3) == 0 ? Optional.of(random.nextBoolean()) : Optional.empty();
            from.forEach(
                    (type, contents) ->
                            contents.forEach(c -> records.add(drawn(name, type, c, proxied))));
            for (RecordType type : List.of(RecordType.A, RecordType.AAAA, RecordType.CNAME)) {
                if (from.containsKey(type) || to.containsKey(type)) {
                    boolean known = planned(from, to).containsAll(fallback.keySet());
                    sets.add(
                            new PlannedSet(
                                    name,
                                    type,
                                    from.getOrDefault(type, List.of()),
                                    to.getOrDefault(type, List.of()),
                                    (known ? fallback : from).getOrDefault(type, List.of()),
                                    proxiedNext,
                                    marked,
                                    step));
                }
            }
        }

        /** A side of which no set is as it was: a plan would refuse to plan that one. */
        private Map<RecordType, List<String>> unlike(Map<RecordType, List<String>> from) {
            while (true) {
                Map<RecordType, List<String>> to = side();
                if (from.keySet().stream().noneMatch(type -> same(type, from, to))) {
                    return to;
                }
            }
        }

        private static List<RecordType> planned(
                Map<RecordType, List<String>> from, Map<RecordType, List<String>> to) {
            List<RecordType> types = new ArrayList<>(from.keySet());
            types.addAll(to.keySet());
            return types;
        }

        private static boolean same(
                RecordType type,
                Map<RecordType, List<String>> from,
                Map<RecordType, List<String>> to) {
            return from.getOrDefault(type, List.of()).stream()
                    .sorted()
                    .toList()
                    .equals(to.getOrDefault(type, List.of()).stream().sorted().toList());
        }

        /** An alias, or addresses of one or both kinds. */
        private Map<RecordType, List<String>> side() {
            Map<RecordType, List<String>> side = new EnumMap<>(RecordType.class);
            if (random.nextInt(3) == 0) {
                side.put(RecordType.CNAME, List.of("cdn" + random.nextInt(3) + ".other.test"));
                return side;
            }
            int kinds = 1 + random.nextInt(3);
            for (RecordType type : ADDRESSES) {
                if ((kinds & 1 + ADDRESSES.indexOf(type)) != 0) {
                    side.put(type, addresses(type));
                }
            }
            return side;
        }

        private List<String> addresses(RecordType type) {
            List<String> all = new ArrayList<>();
            for (int i = 1; i <= 5; i++) {
                all.add(type == RecordType.A ? "203.0.113." + i : "2001:db8::" + i);
            }
            java.util.Collections.shuffle(all, random);
            return List.copyOf(all.subList(0, 1 + random.nextInt(3)));
        }

        private DnsRecord drawn(DnsName name, RecordType type, String content, boolean proxied) {
            long ttl = proxied ? 1 : TTLS.get(random.nextInt(TTLS.size()));
            TreeMap<String, String> settings = new TreeMap<>();
            if (type == RecordType.CNAME && random.nextBoolean()) {
                settings.put("flatten_cname", "true");
            }
            return new DnsRecord(
                    "",
                    name,
                    type,
                    content,
                    ttl,
                    proxied,
                    random.nextBoolean() ? "" : "note " + random.nextInt(100),
                    random.nextBoolean() ? List.of() : List.of("team:t" + random.nextInt(3)),
                    settings,
                    Optional.empty());
        }

        /** Another team's: beside planned names, and at names of its own. */
        private void others() {
            for (int i = 0; i < 6; i++) {
                DnsName own = DnsName.within(Acme.ZONE, "other" + i);
                records.add(drawn(own, RecordType.A, "192.0.2." + i, random.nextBoolean()));
                records.add(drawn(own, RecordType.TXT, "\"v=" + i + "\"", false));
            }
            DnsName apex = Acme.ZONE;
            records.add(drawn(apex, RecordType.MX, "10 mail.other.test", false));
            records.add(drawn(apex, RecordType.CAA, "0 issue \"ca.test\"", false));
            records.add(drawn(apex, RecordType.TXT, "\"v=spf1 -all\"", false));
            records.add(
                    drawn(
                            DnsName.within(apex, "_sip._tcp"),
                            RecordType.SRV,
                            "1 5 5060 sip.other.test",
                            false));
            records.add(
                    drawn(
                            DnsName.within(apex, "other1"),
                            RecordType.HTTPS,
                            "1 . alpn=\"h2\"",
                            false));
        }
    }
}
