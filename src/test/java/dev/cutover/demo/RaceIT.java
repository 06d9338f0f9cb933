package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.cli.DemoLab;
import dev.cutover.cli.DemoNode;
import dev.cutover.lab.CallTap.Call;
import dev.cutover.lab.CallTap.Kind;
import dev.cutover.lab.CallTap.Moment;
import dev.cutover.lab.cloudflare.CloudflareRecord;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.Oracle;
import dev.cutover.peer.DebianPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two nodes of one database are asked opposite things of one cutover at the same moment; the one that
 * drives dies in the middle of the abort, the other freezes past its lease.
 */
class RaceIT {
    private static final List<String> VERBS =
            List.of("hold", "resume", "approve", "abort", "abort");

    private final CountDownLatch switched = new CountDownLatch(1);
    private final CountDownLatch killed = new CountDownLatch(1);
    private final AtomicBoolean struck = new AtomicBoolean();
    private final ConcurrentLinkedQueue<DemoNode> nodes = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> effects = new ConcurrentLinkedQueue<>();

    @Test
    @Tag("long")
    void opposite_wishes_at_two_nodes_and_a_death_in_the_abort_end_in_one_story() throws Exception {
        try (DebianPostgres database = DebianPostgres.start();
                DemoLab lab = new DemoLab(this::at, settings(database), 2)) {
            nodes.addAll(lab.nodes());
            lab.startEngine("none");
            for (DemoNode node : lab.nodes()) {
                node.start();
                node.awaitReady();
            }
            lab.awaitEngine();
            Oracle oracle = lab.world().oracle();
            Company company = new Company(lab, List.of(lab.schedule(DemoPlan.brief())));
            String id = company.ids().getFirst();
            int records = lab.world().zone().records().size();
            Thread drivenOn = Thread.ofVirtual().start(() -> company.tryToReach("Soaking"));
            assertThat(switched.await(8, TimeUnit.MINUTES)).as("a switch was made").isTrue();
            drivenOn.interrupt();
            drivenOn.join();

            List<Integer> answers = storm(lab, id);
            assertThat(answers).as("answers to the storm").contains(200).isSubsetOf(200, 409, 412);
            assertThat(killed.await(5, TimeUnit.MINUTES)).as("a write of the abort").isTrue();
            DemoNode other =
                    lab.nodes().stream().filter(DemoNode::isAwake).findFirst().orElseThrow();
            long then = lab.status(id).path("seq").asLong();
            company.until("the other drives", () -> seq(lab, id) > then);
            other.freeze();
            DemoNode dead = lab.nodes().stream().filter(n -> n != other).findFirst().orElseThrow();
            dead.start();
            dead.awaitReady();
            // Past the lease and past a write's time.
            Thread.sleep(Duration.ofSeconds(14));
            other.thaw();

            company.finish();
            assertThat(company.phases()).singleElement().asString().startsWith("FellBack");
            assertThat(oracle.wrongWith(LabWorld.Side.STAGING)).isEmpty();
            assertThat(lab.world().zone().records()).hasSize(records);
            assertThat(lab.world().zone().records().stream().map(RaceIT::said))
                    .as("records that say the same twice")
                    .doesNotHaveDuplicates();
            expectOneStory(lab.look("/cutovers/" + id + "/events?limit=1000"), id);
            Announced.inFull(lab.report(id), lab.world().hooks());
            lab.leaveNothing();
        }
    }

    private static long seq(DemoLab lab, String id) {
        try {
            return lab.status(id).path("seq").asLong();
        } catch (IOException e) {
            return 0;
        }
    }

    private static String said(CloudflareRecord r) {
        return r.name() + " " + r.type() + " " + r.content();
    }

    /** No number twice or left out, every action opened once and ended once, nothing forward after the abort. */
    private void expectOneStory(JsonNode page, String id) {
        Set<String> opened = new HashSet<>();
        Set<String> ended = new HashSet<>();
        boolean aborted = false;
        long seq = 0;
        for (JsonNode event : page.path("events")) {
            assertThat(event.path("seq").asLong()).isEqualTo(++seq);
            String type = event.path("type").asText();
            String action = event.path("data").path("id").asText();
            if (type.equals("ActionIntended")) {
                assertThat(opened.add(action)).as("%s opened once", action).isTrue();
                assertThat(aborted && action.contains("/switch-"))
                        .as("%s after the abort", action)
                        .isFalse();
            }
            if (type.equals("ActionEnded")) {
                assertThat(ended.add(action)).as("%s ended once", action).isTrue();
            }
            aborted |= type.equals("AbortRequested");
        }
        assertThat(aborted).isTrue();
        assertThat(ended).isEqualTo(opened);
        assertThat(effects.stream().filter(e -> e.contains("/switch-")))
                .as("switches of %s that took effect", id)
                .doesNotHaveDuplicates();
    }

    /** Everything at once, of both nodes; what they answered. */
    private static List<Integer> storm(DemoLab lab, String id) throws Exception {
        JsonNode seen = lab.status(id);
        String tag = "\"" + seen.path("planHash").asText() + "\"";
        List<Future<Integer>> asked = new ArrayList<>();
        CountDownLatch together = new CountDownLatch(1);
        try (HttpClient http = HttpClient.newHttpClient();
                ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 4; round++) {
                for (String verb : VERBS) {
                    for (DemoNode node : lab.nodes()) {
                        URI to = node.page().resolve("api/v1/cutovers/" + id + "/" + verb);
                        HttpRequest request =
                                HttpRequest.newBuilder(to)
                                        .timeout(Duration.ofSeconds(60))
                                        .header("Authorization", "Bearer " + lab.onCallKey())
                                        .header("Content-Type", "application/json")
                                        .header("If-Match", tag)
                                        .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                        .build();
                        asked.add(
                                people.submit(
                                        () -> {
                                            together.await();
                                            return answered(http, request);
                                        }));
                    }
                }
            }
            together.countDown();
            List<Integer> answers = new ArrayList<>();
            for (Future<Integer> one : asked) {
                answers.add(one.get());
            }
            // Whoever was asked of the node that died heard nothing.
            answers.removeIf(status -> status == 0);
            return answers;
        }
    }

    private static int answered(HttpClient http, HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    /** The lab's tap: kills the node whose first write of the way back has taken effect. */
    private void at(Call call) {
        if (call.kind() != Kind.ZONE_WRITE) {
            return;
        }
        if (call.moment() == Moment.DURING) {
            effects.add(call.request());
        }
        if (call.moment() == Moment.AFTER && call.request().contains("/switch-1")) {
            switched.countDown();
        }
        if (!call.request().contains("/restore")) {
            return;
        }
        if (call.moment() == Moment.DURING && struck.compareAndSet(false, true)) {
            driver(call).ifPresent(DemoNode::kill);
            killed.countDown();
        }
    }

    private Optional<DemoNode> driver(Call call) {
        return nodes.stream().filter(n -> call.agent().contains("(" + n.name() + ")")).findFirst();
    }

    private static Map<String, String> settings(DebianPostgres database) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("CUTOVER_STORE_URL", database.url());
        settings.put("CUTOVER_STORE_USER", database.user());
        settings.put("CUTOVER_STORE_PASSWORD", database.password());
        return settings;
    }
}
