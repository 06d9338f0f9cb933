package dev.cutover.sim;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.OriginHealth;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Planner;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A random plan, the zone it meets, and what is promised of every planned set on every side,
/// worked out from the plan's words alone.
///
/// @param zone every record before the first write
/// @param edge every part of the edge before the first write
/// @param promises by set
/// @param pool before the first write; empty when the plan moves records alone
/// @param faults how hostile this world is, 0 to 1
record Scenario(
        Plan plan,
        PlanDiff diff,
        List<DnsRecord> zone,
        List<EdgePart> edge,
        Map<SetKey, Promise> promises,
        Optional<EdgePart.Pool> pool,
        double faults) {
    static final DnsName APEX = new DnsName("acme.example");
    static final Instant START = Instant.parse("2026-11-20T00:00:00Z");

    /// One value a planned record is promised to have.
    ///
    /// @param ttls the TTLs it may end with: one, or several where a new record follows siblings
    /// @param comments the same for its comment
    record Want(String content, List<Long> ttls, boolean proxied, List<String> comments) {}

    /// What is promised of one set.
    ///
    /// @param original the records before
    /// @param low the lowered TTL
    record Promise(
            SetKey key,
            int step,
            List<DnsRecord> original,
            List<Want> next,
            List<Want> fallback,
            long low) {
        boolean proxied() {
            return next.stream().anyMatch(Want::proxied)
                    || original.stream().anyMatch(DnsRecord::proxied);
        }

        List<String> originalContents() {
            return original.stream().map(DnsRecord::content).sorted().toList();
        }

        List<String> nextContents() {
            return next.stream().map(Want::content).sorted().toList();
        }

        List<String> fallbackContents() {
            return fallback.stream().map(Want::content).sorted().toList();
        }

        /// Contents that stand on the next side only.
        boolean isOnlyNext(String content) {
            return nextContents().contains(content)
                    && !originalContents().contains(content)
                    && !fallbackContents().contains(content);
        }
    }

    static Scenario draw(Chance chance) {
        return new Draw(chance).scenario();
    }

    /// One drawing under way.
    private static final class Draw {
        private final Chance chance;
        private final List<DnsRecord> zone = new ArrayList<>();
        private final List<Plan.PlannedSet> sets = new ArrayList<>();
        private final Map<SetKey, Promise> promises = new LinkedHashMap<>();
        private final List<EdgePart> edge;
        private final long low;
        private int serial = 1;

        Draw(Chance chance) {
            this.chance = chance;
            edge = SimEdge.draw(chance.split());
            low = chance.of(60L, 120L);
        }

        Scenario scenario() {
            for (String other : List.of("mail", "blog", "status", "vpn")) {
                zone.add(record(name(other), RecordType.A, "198.51.100." + serial, 3600, false));
            }
            zone.add(record(APEX, RecordType.MX, "10 mail.acme.example", 3600, false));
            zone.add(record(APEX, RecordType.TXT, "\"v=spf1 -all\"", 3600, false));
            int names = chance.from(1, 5);
            int steps = chance.from(1, Math.min(4, names));
            for (int i = 0; i < names && sets.size() < 7; i++) {
                oneName(name(List.of("www", "app", "shop", "img", "api").get(i)), i % steps + 1);
            }
            Plan plan = plan();
            double faults = chance.in100(25) ? 0 : chance.share();
            // Drawn last, so that worlds without a pool stay the worlds they were.
            Optional<EdgePart.Pool> pool =
                    chance.in100(35) ? Optional.of(SimPool.draw(chance)) : Optional.empty();
            Plan whole = pool.isPresent() ? SimPool.planned(plan, chance) : plan;
            PlanDiff diff =
                    Planner.plan(
                            whole,
                            new ZoneView(APEX, zone, START),
                            SimEdge.with(
                                    edge,
                                    pool.map(
                                                    p ->
                                                            SimPool.view(
                                                                    p,
                                                                    OriginHealth.State.HEALTHY,
                                                                    START))
                                            .orElse(EdgeView.none(START))),
                            Map.of());
            if (!diff.mayRun()) {
                throw new IllegalStateException("drew a plan that is refused: " + diff.refusals());
            }
            return new Scenario(whole, diff, List.copyOf(zone), edge, promises, pool, faults);
        }

        private static DnsName name(String label) {
            return new DnsName(label + ".acme.example");
        }

        private DnsRecord record(
                DnsName name, RecordType type, String content, long ttl, boolean proxied) {
            int n = serial++;
            return new DnsRecord(
                    "id-" + n,
                    name,
                    type,
                    content,
                    proxied ? DnsRecord.AUTO_TTL : ttl,
                    proxied,
                    n % 3 == 0 ? "note " + n : "",
                    n % 4 == 0 ? List.of("team:web") : List.of(),
                    new TreeMap<>(),
                    Optional.of(START.minusSeconds(86_400L + n)));
        }

        private void oneName(DnsName name, int step) {
            boolean proxied = chance.in100(30);
            long ttl = chance.of(60L, 300L, 1800L, 3600L, 7200L, DnsRecord.AUTO_TTL);
            int shape = chance.from(1, 10);
            if (shape <= 5) {
                set(name, RecordType.A, step, proxied, ttl, true, true);
                if (chance.in100(40)) {
                    set(name, RecordType.AAAA, step, proxied, ttl, true, true);
                }
            } else if (shape <= 7) {
                set(name, RecordType.CNAME, step, proxied, ttl, true, true);
            } else if (shape == 8) {
                set(name, RecordType.A, step, proxied, ttl, true, false);
                set(name, RecordType.CNAME, step, proxied, ttl, false, true);
            } else if (shape == 9) {
                set(name, RecordType.CNAME, step, proxied, ttl, true, false);
                set(name, RecordType.A, step, proxied, ttl, false, true);
                set(name, RecordType.AAAA, step, proxied, ttl, false, true);
            } else {
                set(name, RecordType.A, step, proxied, ttl, true, true);
                set(name, RecordType.AAAA, step, proxied, ttl, false, true);
            }
        }

        private void set(
                DnsName name,
                RecordType type,
                int step,
                boolean proxied,
                long ttl,
                boolean before,
                boolean after) {
            boolean single = type == RecordType.CNAME;
            int olds = before ? (single ? 1 : chance.from(1, 3)) : 0;
            int news = after ? (single ? 1 : chance.from(1, 3)) : 0;
            List<String> from = new ArrayList<>();
            List<DnsRecord> original = new ArrayList<>();
            for (int i = 0; i < olds; i++) {
                from.add(content(type, 1));
                original.add(record(name, type, from.get(i), ttl, proxied));
            }
            List<DnsRecord> siblings = zone.stream().filter(r -> r.name().equals(name)).toList();
            zone.addAll(original);
            List<String> to = new ArrayList<>();
            for (int i = 0; i < news; i++) {
                to.add(content(type, 2));
            }
            if (olds > 1 && news > 1 && chance.in100(30)) {
                to.set(chance.from(0, news - 1), chance.of(from));
            }
            List<String> fallback = from;
            if (before && after && chance.in100(30)) {
                fallback = new ArrayList<>();
                int count = single ? 1 : chance.from(1, 3);
                for (int i = 0; i < count; i++) {
                    fallback.add(content(type, 3));
                }
            }
            sets.add(new Plan.PlannedSet(name, type, from, to, fallback, step));
            SetKey key = new SetKey(name, type);
            promises.put(
                    key,
                    new Promise(
                            key,
                            step,
                            original,
                            wants(to, stayingFirst(original, to), siblings),
                            wants(fallback, stayingFirst(original, to), siblings),
                            low));
        }

        /// A record whose content stays has the first choice of place.
        private static List<DnsRecord> stayingFirst(List<DnsRecord> original, List<String> to) {
            return original.stream()
                    .sorted(Comparator.comparing(r -> !to.contains(r.content())))
                    .toList();
        }

        /// A record keeps what stood at its place, and its content where the side has it; a new one
        /// follows the first, or those it replaces.
        private List<Want> wants(
                List<String> side, List<DnsRecord> original, List<DnsRecord> siblings) {
            List<String> coming = new ArrayList<>(side);
            List<Optional<String>> places = new ArrayList<>();
            for (int i = 0; i < side.size(); i++) {
                boolean stays = i < original.size() && coming.remove(original.get(i).content());
                places.add(stays ? Optional.of(original.get(i).content()) : Optional.empty());
            }
            List<String> contents =
                    places.stream().map(p -> p.orElseGet(coming::removeFirst)).toList();
            List<Want> wants = new ArrayList<>();
            for (int i = 0; i < contents.size(); i++) {
                List<DnsRecord> models =
                        i < original.size()
                                ? List.of(original.get(i))
                                : original.isEmpty() ? siblings : List.of(original.getFirst());
                wants.add(
                        new Want(
                                contents.get(i),
                                models.stream().map(DnsRecord::ttlSeconds).distinct().toList(),
                                models.getFirst().proxied(),
                                models.stream().map(DnsRecord::comment).distinct().toList()));
            }
            return wants;
        }

        private String content(RecordType type, int side) {
            int n = serial++;
            return switch (type) {
                case AAAA -> "2001:db8:" + side + "::" + Integer.toHexString(n);
                case CNAME ->
                        List.of("", "current", "next", "fallback").get(side) + n + ".example.net";
                default -> List.of("", "198.51.100.", "203.0.113.", "192.0.2.").get(side) + n;
            };
        }

        private Plan.EdgePlan edgePlan() {
            boolean proxied = promises.values().stream().anyMatch(Promise::proxied);
            return new Plan.EdgePlan(
                    chance.of(Plan.Purge.values()),
                    chance.from(1, 2),
                    Duration.ofSeconds(chance.from(0, 3)),
                    Arrays.stream(Plan.EdgeSetting.values()).filter(s -> chance.in100(30)).toList(),
                    proxied && chance.in100(50) ? List.of("/admin", "/api/") : List.of());
        }

        private Plan plan() {
            Optional<Plan.PromotionPlan> promotion =
                    chance.in100(70)
                            ? Optional.of(
                                    new Plan.PromotionPlan(
                                            "http",
                                            "https://staging.example",
                                            "https://www.acme.example",
                                            "${env:SGEN}",
                                            Duration.ofSeconds(chance.seconds(20, 200))))
                            : Optional.empty();
            Duration lead = Duration.ofMinutes(chance.seconds(5, 180));
            Instant opensAt = START.plus(lead).plusSeconds(chance.seconds(1200, 7200));
            Duration dwell = Duration.ofSeconds(chance.seconds(20, 240));
            Duration room =
                    Duration.ofMinutes(20)
                            .plus(dwell.multipliedBy(4))
                            .plusMinutes(chance.from(0, 60));
            return new Plan(
                    "acme",
                    "web",
                    new Plan.Site(name("www"), 443),
                    Plan.Preset.HARDENED,
                    new Plan.Window(
                            opensAt,
                            opensAt.plus(room),
                            ZoneOffset.UTC,
                            chance.of(Plan.AtClose.values())),
                    new Plan.TtlPolicy(low, lead),
                    new Plan.ZoneRef("sim", APEX, "${env:TOKEN}"),
                    sets,
                    chance.of(Plan.Writes.values()),
                    dwell,
                    Duration.ofMinutes(chance.from(5, 40)),
                    edgePlan(),
                    promotion,
                    new Plan.Checks(List.of("/", "/shop"), List.of(name("www"))),
                    new Plan.Watch(
                            chance.in100(30),
                            chance.of(0.02, 0.05),
                            Duration.ofMillis(500),
                            Duration.ofMinutes(5),
                            Duration.ofSeconds(chance.seconds(60, 120)),
                            chance.of(0.5, 0.9)),
                    new Plan.Fallback(
                            Duration.ofHours(24),
                            chance.of(Plan.AfterWrites.values()),
                            Duration.ofMinutes(chance.from(30, 90))),
                    new Plan.ApprovalPolicy(chance.from(0, 2)),
                    new Plan.Limits(1.0, List.of()));
        }
    }
}
