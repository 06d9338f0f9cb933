package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.api.StreamClient;
import dev.cutover.cli.DemoLab;
import dev.cutover.cli.DemoPlay;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.Scenario;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A client that follows a demo and is cut off again and again misses and repeats nothing. */
class StreamIT {
    private static final int CUTS = 50;

    /** Within an event, between two, in a heartbeat; more when an event is larger than that. */
    private static final int USUAL_BYTES = 1_200;

    /** Enough of them are at places of their own. */
    private static final int PLACES = CUTS / 2 + 1;

    private static final String ID = "acme-relaunch-1";
    private static final String EVENTS = "/api/v1/cutovers/" + ID + "/events";

    @Test
    void a_client_cut_off_fifty_times_has_the_journal_in_the_end() throws Exception {
        long seed = System.nanoTime();
        System.out.println("stream: seed " + seed);
        try (DemoLab lab = new DemoLab(CallTap.NONE, Map.of())) {
            Scenario scenario = Scenario.HAPPY;
            lab.startEngine(scenario.engineFault());
            lab.startController();
            lab.awaitController();
            Follower follower = new Follower(lab, new Random(seed));
            FutureTask<Boolean> following = new FutureTask<>(follower::followToTheEnd);
            Thread unused = Thread.ofVirtual().start(following);

            DemoPlay.Ended ended = play(lab, scenario);

            assertThat(ended.wrong()).as(lab::lastWords).isEmpty();
            assertThat(following.get(3, TimeUnit.MINUTES)).isTrue();
            System.out.println(
                    "stream: "
                            + follower.cuts
                            + " cuts after "
                            + follower.cutAt
                            + ", "
                            + follower.heard.size()
                            + " events");
            assertThat(follower.cuts).isGreaterThanOrEqualTo(CUTS);
            assertThat(follower.cutAt).as("cut at many places").hasSizeGreaterThanOrEqualTo(PLACES);
            assertThat(follower.heard).isEqualTo(journal(lab));
            lab.leaveNothing();
        }
    }

    private static DemoPlay.Ended play(DemoLab lab, Scenario scenario) throws Exception {
        return new DemoPlay(
                        lab,
                        scenario,
                        DemoPlan.brief(),
                        Duration.ofMinutes(8),
                        status -> {},
                        line -> System.out.println("stream: " + line))
                .play();
    }

    /** The journal as pages tell it. */
    private static List<JsonNode> journal(DemoLab lab) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        JsonNode page;
        long last = 0;
        do {
            page = lab.look("/cutovers/" + ID + "/events?limit=7&after=" + last);
            page.path("events").forEach(events::add);
            last = page.path("last").asLong();
        } while (page.path("more").asBoolean());
        return events;
    }

    /** Reads on from the last event it has; loses its connection at bytes drawn by lot. */
    private static final class Follower {
        private final DemoLab lab;
        private final Random random;
        private final List<JsonNode> heard = new ArrayList<>();
        private final Set<Integer> cutAt = new TreeSet<>();
        private int cuts;
        private int mostBytes = USUAL_BYTES;

        private Follower(DemoLab lab, Random random) {
            this.lab = lab;
            this.random = random;
        }

        /** True when there is nothing more to come. */
        boolean followToTheEnd() throws IOException, InterruptedException {
            String last = "0";
            while (true) {
                try (StreamClient client = new StreamClient(lab.page(), lab.onCallKey())) {
                    if (cuts < CUTS || cutAt.size() < PLACES) {
                        client.cutAfter(1 + random.nextInt(mostBytes));
                    }
                    int status = client.open(EVENTS, Map.of("Last-Event-ID", last));
                    if (status == 204) {
                        return true;
                    }
                    if (status == 404) {
                        // Not scheduled yet.
                        Thread.sleep(Duration.ofMillis(50));
                        continue;
                    }
                    assertThat(status).isEqualTo(200);
                    boolean onward = true;
                    while (onward) {
                        StreamClient.Heard event = client.next();
                        assertThat(event.data().path("seq").asText()).isEqualTo(event.id());
                        heard.add(event.data());
                        last = event.id();
                        onward = mostBytes == USUAL_BYTES;
                    }
                    // A large event was had at last: hang up, and go on in small pieces.
                    cuts++;
                    cutAt.add(heard.size());
                    mostBytes = USUAL_BYTES;
                } catch (StreamClient.EndedException ended) {
                    noteCut(ended);
                }
            }
        }

        /** A larger piece is read the next time when nothing new was had, or a large event would never be. */
        private void noteCut(StreamClient.EndedException ended) {
            if (ended.isCut()) {
                cuts++;
                mostBytes = cutAt.add(heard.size()) ? USUAL_BYTES : mostBytes * 2;
            }
        }
    }
}
