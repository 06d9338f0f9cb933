package dev.cutover.lab.world;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * The demo's plan: two steps over twenty records, content promoted first.
 *
 * @param dwell how long each step is watched
 * @param soak how long the end is watched
 * @param patience how long it may be blind, or resolvers slow, before it holds
 * @param edge what happens at the edge, as YAML
 */
public record DemoPlan(Duration dwell, Duration soak, Duration patience, String edge) {
    private static final String PURGED = "{ purge: everything }";
    private static final String CARED_FOR =
            "{ purge: hosts, origin-shield: off, bypass-cache: [\"/admin/\"] }";

    private static final Duration LEAD = Duration.ofDays(2);
    private static final Duration USUAL_PATIENCE = Duration.ofMinutes(1);

    /** A plan that purges the edge and leaves it alone otherwise. */
    public DemoPlan(Duration dwell, Duration soak, Duration patience) {
        this(dwell, soak, patience, PURGED);
    }

    /** This plan with all that a plan can want of the edge around a switch. */
    public DemoPlan caringForTheEdge() {
        return new DemoPlan(dwell, soak, patience, CARED_FOR);
    }

    /** This plan with a soak that lasts so long, where it is shorter. */
    public DemoPlan soakingAtLeast(Duration least) {
        return soak.compareTo(least) < 0 ? new DemoPlan(dwell, least, patience, edge) : this;
    }

    /** A plan with a minute's patience. */
    public DemoPlan(Duration dwell, Duration soak) {
        this(dwell, soak, USUAL_PATIENCE);
    }

    /** What the demo shows: a dwell of 20 seconds and a soak of two minutes. */
    public static DemoPlan shown() {
        return new DemoPlan(Duration.ofSeconds(20), Duration.ofMinutes(2));
    }

    /** The same in short, for tests: patient, so that a busy machine alone holds nothing. */
    public static DemoPlan brief() {
        return new DemoPlan(Duration.ofSeconds(8), Duration.ofSeconds(15), Duration.ofMinutes(3));
    }

    String yaml(Instant now, int port) {
        return yaml("acme-relaunch", "www", DemoZone.steps(), true, now, port);
    }

    /** One plan for each of the demo's names, which nothing ties together; no content is promoted. */
    List<String> yamls(Instant now, int port) {
        return DemoZone.steps().stream()
                .flatMap(List::stream)
                .map(name -> yaml("move-" + name, name, List.of(List.of(name)), false, now, port))
                .toList();
    }

    /** The load balancer's visitors move by weights; no content is promoted. */
    String yamlByWeights(Instant now, int port, List<Integer> percents) {
        String records = yaml("move-weights", DemoZone.BALANCED, List.of(), false, now, port);
        return records.replace(
                "records:\n",
                "origins: [ { pool: "
                        + LabWorld.POOL
                        + ", from: current, to: next, steps: "
                        + percents
                        + " } ]\n");
    }

    /** One proxied name's visitors move by an origin rule; no content is promoted. */
    String yamlByRule(Instant now, int port, String name, String to) {
        String records = yaml("move-by-rule", name, List.of(), false, now, port);
        return records.replace(
                "records:\n",
                "origin-rules: [ { name: "
                        + name
                        + ", from: ["
                        + LabWorld.Side.CURRENT.address()
                        + "], to: { "
                        + to
                        + " } } ]\n");
    }

    private String yaml(
            String cutover,
            String site,
            List<List<String>> steps,
            boolean promoted,
            Instant now,
            int port) {
        Instant opensAt = now.plus(LEAD).plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.MINUTES);
        StringBuilder text = new StringBuilder();
        text.append("cutover: ").append(cutover).append('\n');
        text.append("owner: web-team\n");
        String host = DemoZone.host(site);
        text.append("site: ").append(host).append(':').append(port).append('\n');
        text.append("preset: hardened\n");
        text.append("window: { opens: ")
                .append(local(opensAt))
                .append(", closes: ")
                .append(local(opensAt.plus(Duration.ofHours(3))))
                .append(", zone: UTC, at-close: hold }\n");
        text.append("ttl: { lower-to: 60, lead: PT48H }\n");
        text.append(
                "zone: { provider: cloudflare, name: acme.example, token: \"${env:LAB_TOKEN}\" }\n");
        text.append("records:\n");
        for (int step = 1; step <= steps.size(); step++) {
            for (String name : steps.get(step - 1)) {
                text.append(
                        String.format(
                                Locale.ROOT,
                                "  - { name: %s, type: A, from: [%s], to: [%s], fallback: [%s], step: %d }%n",
                                name,
                                LabWorld.Side.CURRENT.address(),
                                LabWorld.Side.NEXT.address(),
                                LabWorld.Side.STAGING.address(),
                                step));
            }
        }
        text.append("writes: fenced\n");
        text.append("dwell: ").append(dwell).append('\n');
        text.append("soak: ").append(soak).append('\n');
        text.append("edge: ").append(edge).append('\n');
        text.append(
                !promoted
                        ? ""
                        : "promotion: { engine: http, staging: \"https://staging.acme.example\", production: \"https://www.acme.example\", credentials: \"${env:LAB_ENGINE}\", expected: PT1M }\n");
        text.append("checks: { landing-pages: top-pages.csv, tls-names: [");
        text.append(promoted ? "www.acme.example, shop.acme.example, api.acme.example" : host);
        text.append("] }\n");
        text.append(
                "watch: { sources: [probes, cloudflare], error-ceiling: 2%, resolver-latency-ceiling: PT0.5S, window: PT5M, patience: "
                        + patience
                        + ", quorum: 85% }\n");
        text.append("fallback: { read-only: PT24H, after-writes: keep, hold-deadline: PT4H }\n");
        text.append("approvals: { need: 1 }\n");
        text.append("limits: { zone-share: 60% }\n");
        return text.toString();
    }

    private static String local(Instant at) {
        return at.atOffset(ZoneOffset.UTC).toLocalDateTime().toString();
    }
}
