package dev.cutover.json;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.CachePurge;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.life.ActionId;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import dev.cutover.core.timeline.TtlClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// One of everything the journal can hold, with the values an operator would meet.
public final class SampleEvents {
    public static final CutoverId ID = new CutoverId("acme-relaunch-3");
    public static final Instant OPENS_AT = Instant.parse("2026-12-06T01:00:00Z");
    public static final Instant NOW = OPENS_AT.minus(Duration.ofHours(49));

    private static final DnsName ZONE = new DnsName("acme.example");
    private static final Phase.Reason WHY =
            new Phase.Reason("Requested", "kim asked to hold: DNS-Anbieter prüft \"etwas\"");

    private SampleEvents() {}

    /// A plan that moves so many names of its own, `n0.NAME.acme.example` and on.
    public static Plan plan(String name, int sets) {
        return plan(name, sets, new Plan.EdgePlan(Plan.Purge.EVERYTHING));
    }

    /// A plan that lends settings and adds a rule as well: only one of a zone can live at a time.
    static Plan planWithEdge(String name, int sets) {
        return plan(
                name,
                sets,
                new Plan.EdgePlan(
                        Plan.Purge.PAGES,
                        30,
                        Duration.ofSeconds(2),
                        List.of(Plan.EdgeSetting.ORIGIN_SHIELD_OFF),
                        List.of("/admin", "/api/")));
    }

    private static Plan plan(String name, int sets, Plan.EdgePlan edge) {
        return new Plan(
                name,
                "web team",
                new Plan.Site(setName(name, 0), 8443),
                Plan.Preset.HARDENED,
                new Plan.Window(
                        OPENS_AT,
                        OPENS_AT.plus(Duration.ofHours(3)),
                        ZoneId.of("Europe/Berlin"),
                        Plan.AtClose.HOLD),
                new Plan.TtlPolicy(300, Duration.ofHours(48)),
                new Plan.ZoneRef("cloudflare", ZONE, "${env:CLOUDFLARE_API_TOKEN}"),
                IntStream.range(0, sets).mapToObj(i -> planned(setName(name, i))).toList(),
                Plan.Writes.FENCED,
                Duration.ofMinutes(10),
                Duration.ofHours(24),
                edge,
                Optional.of(
                        new Plan.PromotionPlan(
                                "http",
                                "https://acme-staging.example",
                                "https://www.acme.example",
                                "${env:SGEN}",
                                Duration.ofMinutes(5))),
                new Plan.Checks(List.of("/", "/shop"), List.of(setName(name, 0))),
                new Plan.Watch(
                        true,
                        0.02,
                        Duration.ofMillis(500),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(1),
                        0.95),
                new Plan.Fallback(
                        Duration.ofHours(24), Plan.AfterWrites.HOLD, Duration.ofMinutes(30)),
                new Plan.ApprovalPolicy(2),
                new Plan.Limits(0.5, List.of(ZONE)));
    }

    public static DnsName setName(String plan, int i) {
        return new DnsName("n" + i + "." + plan + ".acme.example");
    }

    private static Plan.PlannedSet planned(DnsName name) {
        return new Plan.PlannedSet(
                name,
                RecordType.A,
                List.of("198.51.100.10"),
                List.of("203.0.113.20"),
                List.of("198.51.100.30"),
                1);
    }

    public static Event.Scheduled scheduled(Plan plan) {
        return new Event.Scheduled(
                plan,
                "kim",
                plan.sets().stream().map(SampleEvents::change).toList(),
                "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");
    }

    private static SetChange change(Plan.PlannedSet set) {
        DnsRecord before = record(set.name(), "198.51.100.10");
        return new SetChange(
                set.name(),
                set.type(),
                List.of(before),
                List.of(before.withTtl(300)),
                List.of(before.withTtl(300).withContent("203.0.113.20")),
                List.of(before.withTtl(300).withContent("198.51.100.30")),
                3600,
                set.step());
    }

    private static DnsRecord record(DnsName name, String content) {
        SortedMap<String, String> settings = new TreeMap<>(Map.of("ipv4_only", "true"));
        return new DnsRecord(
                "023e105f4ecef8ad9ca31a8372d0c353",
                name,
                RecordType.A,
                content,
                3600,
                false,
                "owned by the web team",
                List.of("site:acme", "team:web"),
                settings,
                Optional.of(Instant.parse("2026-01-02T03:04:05.678901Z")));
    }

    public static BeforeImage image(Plan plan) {
        return new BeforeImage(
                ID.value(),
                "cloudflare",
                ZONE,
                Optional.empty(),
                "${env:CLOUDFLARE_API_TOKEN}",
                NOW,
                scheduled(plan).changes(),
                List.of(),
                Optional.of(
                        new CachePurge(
                                List.of(
                                        new PurgePortion.Hosts(List.of(plan.site().host())),
                                        new PurgePortion.Pages(
                                                List.of(plan.site().url() + "/shop")),
                                        new PurgePortion.Everything()),
                                Duration.ofSeconds(2),
                                plan.site(),
                                List.of("/", "/shop"))));
    }

    private static Judged judged() {
        return new Judged(
                CheckName.NEXT_PAGES,
                Verdict.FAIL,
                "expected 200 for 2 pages, seen 1 problem",
                List.of("/shop: expected 200, seen 503 from 203.0.113.20"),
                Optional.of(NOW));
    }

    private static List<ForeignEdit> edits() {
        return List.of(new ForeignEdit("www.acme.example A 203.0.113.20", "ttl", "300", "60"));
    }

    static List<ActionSpec> specs() {
        return List.of(
                new ActionSpec.TakeBeforeImage(),
                new ActionSpec.LowerTtls(),
                new ActionSpec.Promote(),
                new ActionSpec.VerifyPromotion(),
                new ActionSpec.SwitchStep(2, NOW),
                new ActionSpec.Purge(),
                new ActionSpec.PurgeMore(Side.FALLBACK, 2, 1),
                new ActionSpec.RestoreRouting(1),
                new ActionSpec.UndoPromotion(),
                new ActionSpec.SettleTtls(Side.CURRENT, 1));
    }

    static List<Phase> phases() {
        return List.of(
                new Phase.Scheduled(),
                new Phase.Preparing(),
                new Phase.Ageing(),
                new Phase.AwaitingGo(),
                new Phase.Promoting(),
                new Phase.Switching(1, 2),
                new Phase.Soaking(),
                new Phase.Closing(),
                new Phase.Completed(),
                new Phase.Held(new Phase.Switching(1, 2), WHY, NOW.plus(Duration.ofMinutes(30))),
                new Phase.Cancelling(WHY),
                new Phase.Cancelled(),
                new Phase.FallingBack(Phase.Stage.DRAINING, WHY),
                new Phase.FellBack(Side.FALLBACK),
                new Phase.NeedsOperator(new Phase.FallingBack(Phase.Stage.ROUTING, WHY), WHY));
    }

    static List<Ending> endings() {
        return List.of(
                new Ending.ImageTaken(
                        image(plan("relaunch", 2)),
                        List.of("/var/lib/cutover/images/acme-relaunch-3.json", "s3://b/i.json")),
                new Ending.ZoneWritten(2, edits(), NOW),
                new Ending.EngineDone(Map.of("pages", "100", "digest", "sha256:12ab")),
                new Ending.Purged(3),
                new Ending.Drifted(edits()),
                new Ending.Failed(Ending.Failure.TRANSIENT, "expected 200, seen 503"));
    }

    static ActionId actionId(ActionSpec spec) {
        return new ActionId(ID, spec.key(), 1);
    }

    /// One of each type, in the order of the interface.
    static List<Event> oneOfEach() {
        ActionSpec spec = new ActionSpec.SwitchStep(1, NOW);
        return List.of(
                scheduled(planWithEdge("relaunch", 2)),
                new Event.PhaseEntered(new Phase.Switching(1, 2), WHY),
                new Event.ActionIntended(actionId(spec), spec, NOW.plus(Duration.ofSeconds(30))),
                new Event.ActionEnded(actionId(spec), new Ending.ZoneWritten(2, List.of(), NOW)),
                new Event.GatePassed(judged()),
                new Event.VerdictChanged(
                        new Judged(
                                CheckName.TTL_AGED,
                                Verdict.BLIND,
                                "never asked",
                                List.of(),
                                Optional.empty())),
                new Event.TtlClockChanged(
                        new TtlClock(
                                Map.of(
                                        "www.acme.example A",
                                        NOW,
                                        "acme.example A",
                                        NOW.plusSeconds(5)),
                                Map.of("acme.example A", 3600L),
                                Map.of("www.acme.example A", 1800L))),
                new Event.StepServed(1),
                new Event.RoutingRestored(edits()),
                new Event.ZoneProven(
                        Side.FALLBACK,
                        List.of(
                                new FieldProof(
                                        "www.acme.example A 198.51.100.30",
                                        "ttl",
                                        "3600",
                                        "60",
                                        FieldProof.Standing.FOREIGN)),
                        NOW),
                new Event.ContentKept("the next side took writes"),
                new Event.Approved("ada", "5f70bf18"),
                new Event.UndoApproved("ada"),
                new Event.Postponed(
                        "kim", plan("relaunch", 1).window(), "the shop needs another week"),
                new Event.HoldRequested("kim", "looks odd"),
                new Event.ResumeRequested("kim"),
                new Event.AbortRequested("kim", "checkout is broken"),
                new Event.Paged(
                        "CannotRestore",
                        "the provider answers 503",
                        List.of("cutover restore s3://b/i.json")));
    }

    /// Events that show every phase, every spec and every ending.
    static List<Event> variants() {
        return java.util.stream.Stream.of(
                        phases().stream().map(phase -> (Event) new Event.PhaseEntered(phase, WHY)),
                        specs().stream()
                                .map(
                                        spec ->
                                                (Event)
                                                        new Event.ActionIntended(
                                                                actionId(spec), spec, NOW)),
                        endings().stream()
                                .map(
                                        ending ->
                                                (Event)
                                                        new Event.ActionEnded(
                                                                actionId(new ActionSpec.Purge()),
                                                                ending)))
                .flatMap(events -> events)
                .toList();
    }
}
