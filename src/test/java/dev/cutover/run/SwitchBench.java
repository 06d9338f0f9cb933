package dev.cutover.run;

import dev.cutover.cloudflare.CloudflareLab;
import dev.cutover.cloudflare.CloudflareZone;
import dev.cutover.core.Acme;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.image.Transactions;
import dev.cutover.core.life.Ending;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Plan.PlannedSet;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Planner;
import dev.cutover.core.plan.SetChange;
import dev.cutover.lab.cloudflare.CloudflareApi.Seen;
import dev.cutover.lab.cloudflare.CloudflareRecord;
import dev.cutover.lab.cloudflare.RecordDraft;
import dev.cutover.lab.cloudflare.ZonePlan;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How many calls and how long it takes to switch a thousand records and to bring them back, through the
 * real adapter, at a provider that takes 50 ms for each call. Started by {@code bench/switch}.
 *
 * <p>The peer in the same run writes one record a call over one kept connection, as DNS-as-code tools do.
 */
public final class SwitchBench {
    private static final int RECORDS = 1_000;
    private static final Duration EACH_CALL = Duration.ofMillis(50);
    private static final String NEXT = "203.0.113.20";

    private SwitchBench() {}

    /** Prints one line for each way of writing. */
    public static void main(String[] none) throws Exception {
        Duration slow = oneByOne();
        batches("free plan", ZonePlan.OLD_FREE, slow);
        batches("paid plan", ZonePlan.PRO, slow);
    }

    private static void batches(String name, ZonePlan plan, Duration slow) throws Exception {
        try (CloudflareLab lab = filled(plan)) {
            CloudflareZone zone = new CloudflareZone(lab.api());
            PlanDiff diff =
                    Planner.plan(
                            planned(),
                            zone.read(CloudflareLab.REF, CloudflareLab.reading()),
                            Map.of());
            if (!diff.mayRun()) {
                throw new IllegalStateException("refused: " + diff.refusals());
            }
            for (Transactions work :
                    Transactions.of(diff.changes(), zone.mostWrites(CloudflareLab.REF))) {
                work.note().ifPresent(note -> System.out.println(name + ", planned: " + note));
            }
            ZoneEffect effect = new ZoneEffect(zone, CloudflareLab.REF, diff.changes());
            done(
                    effect.advance(
                            SetChange::before,
                            SetChange::aged,
                            Instant.EPOCH,
                            CloudflareLab.writing()));
            lab.server.faults().latency(EACH_CALL);
            measure(
                    lab,
                    name + ", switch",
                    slow,
                    () ->
                            effect.advance(
                                    SetChange::aged,
                                    SetChange::next,
                                    Instant.EPOCH,
                                    CloudflareLab.writing()));
            measure(
                    lab,
                    name + ", falling back",
                    slow,
                    () -> effect.restore(SetChange::fallback, CloudflareLab.writing()));
        }
    }

    private static void measure(
            CloudflareLab lab, String name, Duration slow, Supplier<Ending> work) {
        int before = lab.server.calls().size();
        long from = System.nanoTime();
        done(work.get());
        Duration took = Duration.ofNanos(System.nanoTime() - from);
        List<Seen> calls = lab.server.calls().subList(before, lab.server.calls().size());
        long writes = calls.stream().filter(c -> !c.method().equals("GET")).count();
        print(name, writes, calls.size() - writes, took);
        System.out.printf(
                Locale.ROOT,
                "switch of %d records, %s: %.0f times as fast as one call per record (bar 20)%n",
                RECORDS,
                name,
                slow.toNanos() / (double) took.toNanos());
    }

    private static void done(Ending ending) {
        if (!(ending instanceof Ending.ZoneWritten written) || written.writes() != RECORDS) {
            throw new IllegalStateException("expected " + RECORDS + " records written: " + ending);
        }
    }

    private static Duration oneByOne() throws Exception {
        try (CloudflareLab lab = filled(ZonePlan.PRO);
                HttpClient http = HttpClient.newHttpClient()) {
            lab.server.faults().latency(EACH_CALL);
            List<CloudflareRecord> records = lab.state.records();
            long from = System.nanoTime();
            for (CloudflareRecord record : records) {
                patch(http, lab, record.id());
            }
            Duration took = Duration.ofNanos(System.nanoTime() - from);
            print("one call per record", records.size(), 0, took);
            return took;
        }
    }

    private static void patch(HttpClient http, CloudflareLab lab, String id)
            throws IOException, InterruptedException {
        URI where =
                URI.create(
                        lab.server.endpoint() + "/zones/" + lab.state.id() + "/dns_records/" + id);
        int status =
                http.send(
                                HttpRequest.newBuilder(where)
                                        .method(
                                                "PATCH",
                                                HttpRequest.BodyPublishers.ofString(
                                                        "{\"content\":\"" + NEXT + "\"}"))
                                        .header("Authorization", "Bearer " + CloudflareLab.SECRET)
                                        .header("Content-Type", "application/json")
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode();
        if (status != 200) {
            throw new IllegalStateException("expected 200, seen " + status);
        }
    }

    private static void print(String name, long writes, long reads, Duration took) {
        System.out.printf(
                Locale.ROOT,
                "switch of %d records, %s: %d writing and %d reading calls, %.2f s at %d ms a call%n",
                RECORDS,
                name,
                writes,
                reads,
                took.toMillis() / 1_000.0,
                EACH_CALL.toMillis());
    }

    private static CloudflareLab filled(ZonePlan plan) {
        CloudflareLab lab = new CloudflareLab(plan);
        for (int i = 0; i < RECORDS; i++) {
            var unused =
                    lab.state.addByHand(
                            RecordDraft.of("A", "n" + i, "198.51.100.10", 3_600, false));
        }
        return lab;
    }

    private static Plan planned() {
        List<PlannedSet> sets = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            sets.add(Acme.set("n" + i, RecordType.A, List.of("198.51.100.10"), List.of(NEXT), 1));
        }
        return Acme.with(
                Acme.plan(sets.toArray(PlannedSet[]::new)),
                p -> p.limits = new Plan.Limits(1, List.of()));
    }
}
