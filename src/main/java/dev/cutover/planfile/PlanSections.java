package dev.cutover.planfile;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.life.Pace;
import dev.cutover.core.plan.OriginRules;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlannedPool;
import dev.cutover.core.plan.PlannedRule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One reading of one plan file, section by section in the order of the file's published example. */
final class PlanSections {
    private static final Duration DAY = Duration.ofDays(1);

    /** What a whole plan may wait or watch at most; longer is a mistyped unit. */
    private static final Duration MONTH = Duration.ofDays(31);

    /** The one provider whose load balancers this version moves. */
    private static final String POOLS_AT = "cloudflare";

    private final PlanFile.Context context;

    PlanSections(PlanFile.Context context) {
        this.context = context;
    }

    Optional<Plan> read(Value file) {
        Optional<Fields> fields = file.fields(Section.PLAN);
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        Fields in = fields.get();
        Optional<String> name = in.need("cutover", "cutover: acme-relaunch").flatMap(this::name);
        Optional<String> owner = in.get("owner").map(v -> v.word(100)).orElse(Optional.of(""));
        Optional<Plan.ZoneRef> zone =
                in.need("zone", "zone: { name: acme.example, token: \"${env:TOKEN}\" }")
                        .flatMap(v -> ZoneReader.read(v, context));
        Optional<DnsName> apex = zone.map(Plan.ZoneRef::name);
        Optional<Plan.Site> site =
                in.need("site", "site: www.acme.example").flatMap(v -> Names.site(v, apex));
        Optional<Plan.Preset> preset =
                in.read(
                        "preset",
                        v -> v.oneOf(Words.of(Plan.Preset.values())),
                        Plan.Preset.HARDENED,
                        Words::of);
        Defaults defaults = Defaults.of(preset.orElse(Plan.Preset.HARDENED));
        Optional<Value> windowValue =
                in.need("window", "window: { opens: 2026-12-06T02:00, closes: ..., zone: ... }");
        Optional<Plan.Window> window =
                windowValue.flatMap(v -> WindowReader.read(v, context.now()));
        Optional<Plan.TtlPolicy> ttl = ttl(in);
        Optional<Duration> dwell = in.duration("dwell", Duration.ZERO, DAY, defaults.dwell());
        Optional<List<PlannedPool>> origins =
                in.get("origins")
                        .map(v -> origins(v, zone, dwell.orElse(defaults.dwell())))
                        .orElse(Optional.of(List.of()));
        Optional<Value> rulesValue = in.get("origin-rules");
        Optional<List<PlannedRule>> rules =
                rulesValue.isEmpty()
                        ? Optional.of(List.of())
                        : apex.flatMap(
                                a ->
                                        OriginRulesReader.read(
                                                rulesValue.get(),
                                                a,
                                                dwell.orElse(defaults.dwell())));
        Set<Integer> taken = OriginsReader.steps(origins.orElse(List.of()));
        taken.addAll(OriginRulesReader.steps(rules.orElse(List.of())));
        boolean moved = in.get("origins").isPresent() || rulesValue.isPresent();
        Optional<List<Plan.PlannedSet>> sets =
                moved && in.get("records").isEmpty()
                        ? Optional.of(List.of())
                        : in.need(
                                        "records",
                                        "records: [ { name: www, type: A, from: [...], to: [...] } ]")
                                .flatMap(v -> apex.flatMap(a -> RecordsReader.read(v, a, taken)));
        Optional<Plan.Writes> writes =
                in.need(
                                "writes",
                                in.get("origins").isEmpty()
                                        ? "writes: fenced"
                                        : "writes: fenced. Weights need writes: shared | fenced |"
                                                + " none: two sides taking orders is data loss")
                        .flatMap(v -> v.oneOf(Words.of(Plan.Writes.values())));
        Optional<Duration> soak = in.duration("soak", Duration.ZERO, MONTH, defaults.soak());
        Optional<Plan.EdgePlan> edge = EdgeReader.read(in, ZoneReader.servesDnsOnly(in));
        Optional<Optional<Plan.PromotionPlan>> promotion = PromotionReader.read(in, context);
        Optional<Plan.Checks> checks =
                in.need("checks", "checks: { landing-pages: top-pages.csv }")
                        .flatMap(v -> ChecksReader.read(v, site, apex, context.pages()));
        Optional<Plan.Watch> watch = WatchReader.read(in, defaults);
        Optional<Plan.Fallback> fallback = fallback(in, defaults, soak.orElse(defaults.soak()));
        Optional<Plan.ApprovalPolicy> approvals = approvals(in, defaults);
        Optional<Plan.Limits> limits = limits(in, apex);
        ZoneReader.checkEdge(in);
        boolean complete =
                List.of(
                                name, owner, zone, site, preset, window, ttl, sets, origins, rules,
                                writes, dwell, soak, edge, promotion, checks, watch, fallback,
                                approvals, limits)
                        .stream()
                        .allMatch(Optional::isPresent);
        if (!complete) {
            return Optional.empty();
        }
        Plan plan =
                new Plan(
                        name.get(),
                        owner.get(),
                        site.get(),
                        preset.get(),
                        window.get(),
                        ttl.get(),
                        zone.get(),
                        sets.get(),
                        origins.get(),
                        Optional.of(rules.get()).filter(r -> !r.isEmpty()).map(OriginRules::new),
                        writes.get(),
                        dwell.get(),
                        soak.get(),
                        edge.get(),
                        promotion.get(),
                        checks.get(),
                        watch.get(),
                        fallback.get(),
                        approvals.get(),
                        limits.get());
        if (plan.sets().isEmpty()) {
            in.get("origins").or(() -> rulesValue).ifPresent(v -> checkSteps(v, taken));
        }
        checkRoom(plan, windowValue.get());
        return Optional.of(plan);
    }

    private static Optional<List<PlannedPool>> origins(
            Value value, Optional<Plan.ZoneRef> zone, Duration dwell) {
        Optional<List<PlannedPool>> pools = OriginsReader.read(value, dwell);
        if (zone.isPresent() && !zone.get().provider().equals(POOLS_AT)) {
            value.wrong(
                    "pools are known at "
                            + POOLS_AT
                            + " only, the zone's provider is "
                            + zone.get().provider());
            return Optional.empty();
        }
        return pools;
    }

    /** Whether every step moves somebody, where no record could. */
    private static void checkSteps(Value value, Set<Integer> taken) {
        for (int step = 1; step <= taken.size(); step++) {
            if (!taken.contains(step)) {
                value.wrong("steps must follow each other from 1; nothing moves at step " + step);
                return;
            }
        }
    }

    /** Whether there is time for old answers to die before the window, and for the worst case within it. */
    private void checkRoom(Plan plan, Value window) {
        Instant ready = context.now().plus(plan.ttl().lead());
        if (ready.isAfter(plan.window().opensAt())) {
            window.wrong(
                    "opens too soon: TTLs go down "
                            + plan.ttl().lead()
                            + " before, so it may open at "
                            + ready
                            + " at the earliest, seen "
                            + plan.window().opensAt());
        }
        Duration open = Duration.between(plan.window().opensAt(), plan.window().closesAt());
        if (Pace.worstCase(plan).compareTo(open) > 0) {
            window.wrong(
                    "is too short: the worst case (promotion twice as long as expected, "
                            + plan.steps()
                            + " steps with their dwell, falling back) needs "
                            + Pace.worstCase(plan)
                            + ", it is open for "
                            + open);
        }
    }

    private Optional<String> name(Value value) {
        Optional<String> text = value.word(64);
        if (text.isPresent() && !text.get().matches("[a-z0-9][a-z0-9-]*")) {
            value.wrong("expected 1 to 64 of a-z, 0-9 and '-', seen " + Shown.of(text.get()));
            return Optional.empty();
        }
        return text;
    }

    private Optional<Plan.TtlPolicy> ttl(Fields file) {
        Optional<Fields> in = file.section("ttl", Section.TTL);
        Optional<Long> lowerTo =
                in.flatMap(
                        f ->
                                f.read(
                                        "lower-to",
                                        v -> v.whole(60, 86_400, "seconds"),
                                        Defaults.LOWER_TO_SECONDS,
                                        s -> s + " s"));
        Optional<Duration> lead =
                in.flatMap(f -> f.duration("lead", Duration.ZERO, MONTH, context.minimumLead()));
        if (in.isPresent() && lead.isPresent() && lead.get().compareTo(context.minimumLead()) < 0) {
            in.get()
                    .get("lead")
                    .ifPresent(
                            v ->
                                    v.wrong(
                                            "expected at least the policy's minimum of "
                                                    + context.minimumLead()
                                                    + ", seen "
                                                    + lead.get()));
            return Optional.empty();
        }
        return lowerTo.isPresent() && lead.isPresent()
                ? Optional.of(new Plan.TtlPolicy(lowerTo.get(), lead.get()))
                : Optional.empty();
    }

    private Optional<Plan.Fallback> fallback(Fields file, Defaults defaults, Duration soak) {
        Optional<Fields> fields = file.section("fallback", Section.FALLBACK);
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        Fields in = fields.get();
        Optional<Duration> readOnly =
                in.duration(
                        "read-only", Duration.ZERO, Duration.ofDays(90), Defaults.readOnly(soak));
        Optional<Plan.AfterWrites> afterWrites =
                in.read(
                        "after-writes",
                        v -> v.oneOf(Words.of(Plan.AfterWrites.values())),
                        Plan.AfterWrites.HOLD,
                        Words::of);
        Optional<Duration> holdDeadline =
                in.duration(
                        "hold-deadline",
                        Duration.ofMinutes(1),
                        Duration.ofDays(7),
                        defaults.holdDeadline());
        if (readOnly.isPresent() && readOnly.get().compareTo(soak) < 0) {
            in.get("read-only")
                    .ifPresent(
                            v ->
                                    v.wrong(
                                            "expected at least the soak of "
                                                    + soak
                                                    + ": the side to fall back to must outlive it"));
            return Optional.empty();
        }
        return readOnly.isPresent() && afterWrites.isPresent() && holdDeadline.isPresent()
                ? Optional.of(
                        new Plan.Fallback(readOnly.get(), afterWrites.get(), holdDeadline.get()))
                : Optional.empty();
    }

    private Optional<Plan.ApprovalPolicy> approvals(Fields file, Defaults defaults) {
        return file.section("approvals", Section.APPROVALS)
                .flatMap(
                        in ->
                                in.read(
                                        "need",
                                        v -> v.whole(0, 10, "people"),
                                        (long) defaults.approvals(),
                                        Object::toString))
                .map(need -> new Plan.ApprovalPolicy(need.intValue()));
    }

    private Optional<Plan.Limits> limits(Fields file, Optional<DnsName> zone) {
        Optional<Double> share =
                file.section("limits", Section.LIMITS)
                        .flatMap(
                                in ->
                                        in.read(
                                                "zone-share",
                                                v -> v.share(0.001, 1),
                                                Defaults.ZONE_SHARE,
                                                Object::toString));
        Optional<List<DnsName>> acknowledged =
                file.get("acknowledge")
                        .map(v -> zone.flatMap(z -> Names.list(v, z, 0, 1_000)))
                        .orElse(Optional.of(List.of()));
        return share.isPresent() && acknowledged.isPresent()
                ? Optional.of(new Plan.Limits(share.get(), acknowledged.get()))
                : Optional.empty();
    }
}
