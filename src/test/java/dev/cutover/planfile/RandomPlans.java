package dev.cutover.planfile;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.Region;
import dev.cutover.core.life.Pace;
import dev.cutover.core.plan.OriginRules;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlannedPool;
import dev.cutover.core.plan.PlannedRule;
import dev.cutover.core.plan.ResolverWeights;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Plans that a plan file can say, drawn from a seed. */
final class RandomPlans {
    private static final List<String> ZONES =
            List.of("Europe/Berlin", "UTC", "Pacific/Chatham", "America/Sao_Paulo", "Asia/Kolkata");
    private static final List<String> OWNERS =
            List.of(
                    "",
                    "web platform",
                    "no",
                    "12",
                    "a \"quoted\" \\ owner",
                    "\u00fcn\u00efc\u00f6de",
                    "#1: x",
                    "~");

    private final Random random;
    private final DnsName zone;

    private RandomPlans(Random random) {
        this.random = random;
        this.zone = new DnsName(pick(List.of("acme.example", "shop.acme.co.test")));
    }

    static Plan plan(Random random) {
        return new RandomPlans(random).draw();
    }

    private Plan draw() {
        Plan.Site site = new Plan.Site(name("www"), pick(List.of(443, 8443, 1, 65_535)));
        Duration soak = Duration.ofSeconds(random.nextInt(31 * 86_400));
        Plan plan =
                new Plan(
                        "plan-" + random.nextInt(1_000),
                        pick(OWNERS),
                        site,
                        pick(List.of(Plan.Preset.values())),
                        new Plan.Window(
                                Instant.EPOCH,
                                Instant.EPOCH,
                                ZoneId.of(pick(ZONES)),
                                pick(List.of(Plan.AtClose.values()))),
                        new Plan.TtlPolicy(
                                60 + random.nextInt(86_341),
                                Duration.ofHours(48 + random.nextInt(48))),
                        new Plan.ZoneRef("cloudflare", zone, "${env:CLOUDFLARE_API_TOKEN}"),
                        sets(),
                        random.nextInt(3) == 0 ? pools() : List.of(),
                        random.nextInt(3) == 0 ? Optional.of(rules()) : Optional.empty(),
                        pick(List.of(Plan.Writes.values())),
                        Duration.ofSeconds(random.nextInt(3_600)),
                        soak,
                        edge(),
                        random.nextBoolean() ? Optional.empty() : Optional.of(promotion()),
                        new Plan.Checks(pages(), names(1 + random.nextInt(5))),
                        new Plan.Watch(
                                random.nextBoolean(),
                                (1 + random.nextInt(5_000)) / 10_000.0,
                                Duration.ofMillis(10 + random.nextInt(29_000)),
                                Duration.ofSeconds(10 + random.nextInt(3_000)),
                                Duration.ofSeconds(5 + random.nextInt(3_000)),
                                0.5 + random.nextInt(500) / 1_000.0,
                                random.nextBoolean() ? Optional.empty() : Optional.of(weights()),
                                random.nextBoolean() ? Optional.empty() : Optional.of(regions())),
                        new Plan.Fallback(
                                soak.plusSeconds(random.nextInt(86_400)),
                                pick(List.of(Plan.AfterWrites.values())),
                                Duration.ofMinutes(1 + random.nextInt(10_000))),
                        new Plan.ApprovalPolicy(random.nextInt(11)),
                        new Plan.Limits(
                                (1 + random.nextInt(1_000)) / 1_000.0,
                                random.nextBoolean() ? List.of() : names(random.nextInt(4))));
        return plan.withWindow(window(plan));
    }

    private ResolverWeights weights() {
        SortedMap<String, Long> by = new TreeMap<>();
        for (String whose : List.of("Aurora \\ Net", "DE", "elm \"tel\"")) {
            by.put(whose, (long) random.nextInt(101));
        }
        return new ResolverWeights(by);
    }

    private static Plan.Regions regions() {
        return new Plan.Regions(
                List.of(
                        Region.parse("DE=198.51.100.0/24"),
                        Region.parse("2001:db8::/56"),
                        Region.parse("far-away=203.0.113.0/25")));
    }

    /** Half of the windows open around the hours at which Berlin's clocks change in 2027. */
    private Plan.Window window(Plan plan) {
        Instant opensAt =
                random.nextBoolean()
                        ? Instant.parse("2026-12-06T00:00:00Z")
                                .plusSeconds(random.nextInt(250 * 86_400))
                        : pick(List.of(
                                        Instant.parse("2027-03-28T00:00:00Z"),
                                        Instant.parse("2027-10-30T23:00:00Z")))
                                .plusSeconds(random.nextInt(3 * 3_600));
        Instant closesAt = opensAt.plus(Pace.worstCase(plan)).plusSeconds(random.nextInt(3_600));
        return new Plan.Window(opensAt, closesAt, plan.window().zone(), plan.window().atClose());
    }

    private List<PlannedPool> pools() {
        List<PlannedPool> pools = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            pools.add(
                    new PlannedPool(
                            "pool_" + i,
                            pick(List.of("staging", "old \"dc\"", "eu: 1")),
                            "production",
                            pick(List.of(List.of(100), List.of(10, 25, 50, 100), List.of(1, 100))),
                            1,
                            Duration.ofSeconds(random.nextInt(3_600)),
                            pick(List.of(PlannedPool.Sessions.values()))));
        }
        return pools;
    }

    private OriginRules rules() {
        List<PlannedRule> rules = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            Optional<DnsName> host =
                    random.nextBoolean() ? Optional.of(name("origin-" + i)) : Optional.empty();
            Optional<Integer> port =
                    host.isEmpty() || random.nextBoolean()
                            ? Optional.of(1 + random.nextInt(65_535))
                            : Optional.empty();
            rules.add(
                    new PlannedRule(
                            name("ruled-" + i),
                            pick(
                                    List.of(
                                            List.of("198.51.100.10", "2001:db8::1"),
                                            List.of("acme.hosting.example"))),
                            new PlannedRule.Target(host, port, elsewhere(), elsewhere()),
                            1,
                            Duration.ofSeconds(random.nextInt(3_600))));
        }
        return new OriginRules(rules);
    }

    private Optional<DnsName> elsewhere() {
        return random.nextBoolean()
                ? Optional.empty()
                : Optional.of(new DnsName("www.hosting.example"));
    }

    private Plan.EdgePlan edge() {
        return new Plan.EdgePlan(
                pick(List.of(Plan.Purge.values())),
                1 + random.nextInt(100),
                Duration.ofMillis(random.nextInt(300_000)),
                Arrays.stream(Plan.EdgeSetting.values()).filter(s -> random.nextBoolean()).toList(),
                random.nextBoolean()
                        ? List.of()
                        : List.of("/admin", "/api/", "/a(b)*,c;d=e:f@g%2F"));
    }

    private List<Plan.PlannedSet> sets() {
        List<Plan.PlannedSet> sets = new ArrayList<>();
        int names = 1 + random.nextInt(5);
        int steps = 1 + random.nextInt(names);
        for (int i = 0; i < names; i++) {
            DnsName owner = name(i == 0 ? "@" : "n" + i);
            int step = i < steps ? i + 1 : 1 + random.nextInt(steps);
            switch (random.nextInt(4)) {
                case 0 -> sets.add(set(owner, RecordType.A, this::four, step));
                case 1 -> {
                    sets.add(set(owner, RecordType.A, this::four, step));
                    sets.add(set(owner, RecordType.AAAA, this::six, step));
                }
                case 2 ->
                        sets.add(
                                new Plan.PlannedSet(
                                        owner,
                                        RecordType.CNAME,
                                        List.of("old.host.test"),
                                        List.of("new.host.test"),
                                        List.of("calm.host.test"),
                                        step));
                default -> {
                    List<String> old = some(this::four);
                    sets.add(new Plan.PlannedSet(owner, RecordType.A, old, List.of(), old, step));
                    sets.add(
                            new Plan.PlannedSet(
                                    owner,
                                    RecordType.CNAME,
                                    List.of(),
                                    List.of("lb.host.test"),
                                    List.of(),
                                    step));
                }
            }
        }
        return sets;
    }

    private Plan.PlannedSet set(
            DnsName owner, RecordType type, Supplier<String> content, int step) {
        return new Plan.PlannedSet(
                owner,
                type,
                random.nextInt(5) == 0 ? List.of() : some(content),
                some(content),
                some(content),
                step);
    }

    private List<String> some(Supplier<String> content) {
        Set<String> values = new LinkedHashSet<>();
        int count = 1 + random.nextInt(3);
        while (values.size() < count) {
            values.add(content.get());
        }
        return List.copyOf(values);
    }

    private String four() {
        return "203.0." + random.nextInt(256) + "." + random.nextInt(256);
    }

    private String six() {
        return "2001:db8:"
                + Integer.toHexString(1 + random.nextInt(65_535))
                + "::"
                + Integer.toHexString(1 + random.nextInt(65_535));
    }

    private Plan.PromotionPlan promotion() {
        return new Plan.PromotionPlan(
                "http",
                "https://staging.acme.example/a%20b/",
                "http://127.0.0.1:" + (1_024 + random.nextInt(60_000)),
                "${env:PROMOTION_TOKEN}",
                Duration.ofSeconds(1 + random.nextInt(7_200)));
    }

    private List<String> pages() {
        Set<String> pages = new LinkedHashSet<>();
        for (int i = 0; i <= random.nextInt(30); i++) {
            pages.add(
                    "/p"
                            + random.nextInt(100)
                            + pick(List.of("", "/", "?a=1&b=2", "/%C3%A4", ":80", "/'x'")));
        }
        return List.copyOf(pages);
    }

    private List<DnsName> names(int count) {
        List<DnsName> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(name(i == 0 ? "@" : "name-" + i));
        }
        return names;
    }

    private DnsName name(String relative) {
        return DnsName.within(zone, relative);
    }

    private <E> E pick(List<E> from) {
        return from.get(random.nextInt(from.size()));
    }
}
