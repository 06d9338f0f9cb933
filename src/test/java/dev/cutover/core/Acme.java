package dev.cutover.core;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.plan.OriginRules;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Plan.PlannedSet;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.PlannedPool;
import dev.cutover.core.plan.Planner;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The zone of acme.example and a plan for it.
 *
 * <pre>
 *   www   A  198.51.100.10  TTL 3600, DNS-only   step 1   to 203.0.113.20, fallback 198.51.100.30
 *   shop  A  198.51.100.11  proxied              step 2   to 203.0.113.21, fallback 198.51.100.11
 * </pre>
 *
 * Scheduled on Monday noon for a window on Thursday night, 48 h of lead.
 */
public final class Acme {
    public static final DnsName ZONE = new DnsName("acme.example");
    public static final DnsName WWW = new DnsName("www.acme.example");
    public static final DnsName SHOP = new DnsName("shop.acme.example");
    public static final Instant NOW = Instant.parse("2026-12-07T12:00:00Z");
    public static final Instant OPENS = Instant.parse("2026-12-11T01:00:00Z");
    public static final Instant CLOSES = Instant.parse("2026-12-11T04:00:00Z");

    public static final String WWW_OLD = "198.51.100.10";
    public static final String WWW_NEXT = "203.0.113.20";
    public static final String WWW_FALLBACK = "198.51.100.30";
    public static final String SHOP_OLD = "198.51.100.11";
    public static final String SHOP_NEXT = "203.0.113.21";

    private Acme() {}

    public static DnsRecord a(String id, DnsName name, String content, long ttlSeconds) {
        return DnsRecord.of(name, RecordType.A, content, ttlSeconds, false).withId(id);
    }

    public static DnsRecord proxied(String id, DnsName name, String content) {
        return DnsRecord.of(name, RecordType.A, content, DnsRecord.AUTO_TTL, true).withId(id);
    }

    public static DnsRecord record(
            String id, String name, RecordType type, String content, long ttlSeconds) {
        return DnsRecord.of(DnsName.within(ZONE, name), type, content, ttlSeconds, false)
                .withId(id);
    }

    /** Twelve records; none depends on a planned name. */
    public static List<DnsRecord> records() {
        List<DnsRecord> records = new ArrayList<>();
        records.add(a("w", WWW, WWW_OLD, 3_600));
        records.add(proxied("s", SHOP, SHOP_OLD));
        for (int i = 1; i <= 8; i++) {
            records.add(a("h" + i, DnsName.within(ZONE, "host" + i), "192.0.2." + i, 3_600));
        }
        records.add(record("m", "@", RecordType.MX, "10 mail.other.test", 3_600));
        records.add(record("t", "@", RecordType.TXT, "\"v=spf1 -all\"", 3_600));
        return records;
    }

    public static ZoneView zone(List<DnsRecord> records, Instant observedAt) {
        return new ZoneView(ZONE, records, observedAt);
    }

    public static ZoneView zone(DnsRecord... more) {
        List<DnsRecord> records = new ArrayList<>(records());
        records.addAll(List.of(more));
        return zone(records, NOW);
    }

    public static PlannedSet www() {
        return new PlannedSet(
                WWW, RecordType.A, List.of(WWW_OLD), List.of(WWW_NEXT), List.of(WWW_FALLBACK), 1);
    }

    public static PlannedSet shop() {
        return new PlannedSet(
                SHOP, RecordType.A, List.of(SHOP_OLD), List.of(SHOP_NEXT), List.of(SHOP_OLD), 2);
    }

    /** A planned set of the zone whose fallback is what it was. */
    public static PlannedSet set(
            String name, RecordType type, List<String> from, List<String> to, int step) {
        return new PlannedSet(DnsName.within(ZONE, name), type, from, to, from, step);
    }

    public static Plan plan() {
        return new Plan(
                "acme-relaunch",
                "web",
                new Plan.Site(WWW, 443),
                Plan.Preset.HARDENED,
                new Plan.Window(OPENS, CLOSES, ZoneId.of("Europe/Berlin"), Plan.AtClose.HOLD),
                new Plan.TtlPolicy(300, Duration.ofDays(2)),
                new Plan.ZoneRef("cloudflare", ZONE, "${env:TOKEN}"),
                List.of(www(), shop()),
                Plan.Writes.FENCED,
                Duration.ofSeconds(20),
                Duration.ofMinutes(2),
                new Plan.EdgePlan(Plan.Purge.EVERYTHING),
                Optional.of(
                        new Plan.PromotionPlan(
                                "http",
                                "https://staging.acme.example",
                                "https://origin.acme.example",
                                "${env:ENGINE}",
                                Duration.ofMinutes(5))),
                new Plan.Checks(List.of("/", "/shop/"), List.of(WWW)),
                new Plan.Watch(
                        false,
                        0.02,
                        Duration.ofMillis(500),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(1),
                        0.9),
                new Plan.Fallback(
                        Duration.ofDays(1), Plan.AfterWrites.HOLD, Duration.ofMinutes(30)),
                new Plan.ApprovalPolicy(2),
                new Plan.Limits(0.3, List.of()));
    }

    public static Plan plan(PlannedSet... sets) {
        return with(
                plan(),
                p -> {
                    p.sets = List.of(sets);
                    p.site = sets[0].name();
                });
    }

    public static PlanDiff diff(Plan plan, ZoneView zone) {
        return Planner.plan(plan, zone, Map.of());
    }

    /** What a story changes in the plan. */
    public static final class Draft {
        public List<PlannedSet> sets;
        public List<PlannedPool> origins;

        /** The site, and the one name whose certificate is looked at. */
        public DnsName site;

        public Plan.Writes writes;
        public Optional<Plan.PromotionPlan> promotion;
        public Plan.AtClose atClose;
        public Plan.AfterWrites afterWrites;
        public Plan.Limits limits;
        public Plan.EdgePlan edge;
        public Optional<OriginRules> rules;
        public int need;

        private Draft(Plan p) {
            sets = p.sets();
            origins = p.origins();
            site = p.site().host();
            writes = p.writes();
            promotion = p.promotion();
            atClose = p.window().atClose();
            afterWrites = p.fallback().afterWrites();
            limits = p.limits();
            edge = p.edge();
            rules = p.rules();
            need = p.approvals().need();
        }
    }

    public static Plan with(Plan p, Consumer<Draft> change) {
        Draft d = new Draft(p);
        change.accept(d);
        Plan.Window w = p.window();
        return new Plan(
                p.name(),
                p.owner(),
                new Plan.Site(d.site, p.site().port()),
                p.preset(),
                new Plan.Window(w.opensAt(), w.closesAt(), w.zone(), d.atClose),
                p.ttl(),
                p.zone(),
                d.sets,
                d.origins,
                d.rules,
                d.writes,
                p.dwell(),
                p.soak(),
                d.edge,
                d.promotion,
                new Plan.Checks(p.checks().landingPages(), List.of(d.site)),
                p.watch(),
                new Plan.Fallback(
                        p.fallback().readOnly(), d.afterWrites, p.fallback().holdDeadline()),
                new Plan.ApprovalPolicy(d.need),
                d.limits);
    }

    /** The record of that id, changed in the list. */
    public static List<DnsRecord> edited(
            List<DnsRecord> records, String id, UnaryOperator<DnsRecord> edit) {
        return records.stream().map(r -> r.id().equals(id) ? edit.apply(r) : r).toList();
    }
}
