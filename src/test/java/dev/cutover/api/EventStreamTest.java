package dev.cutover.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.cutover.api.StreamClient.Heard;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Phase;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Streams of events over HTTP: whole, in order, resumable, and bounded.
@QuarkusTest
@TestProfile(ApiProfile.class)
class EventStreamTest {
    private static final CutoverId ID = new CutoverId("acme-1");
    private static final String EVENTS = "/api/v1/cutovers/acme-1/events";

    @Inject ApiWorld world;
    @Inject EventStreams streams;

    private final List<StreamClient> clients = new ArrayList<>();

    /// The controller sees a moment later that a client has left.
    @AfterEach
    void no_place_is_left_taken() throws Exception {
        for (StreamClient client : clients) {
            client.close();
        }
        awaitNoStream();
    }

    @BeforeEach
    void one_cutover_is_scheduled() {
        world.reset();
        given().contentType("application/json")
                .header("Authorization", "Bearer " + world.key("operator"))
                .body(Map.of("plan", "acme"))
                .post("/api/v1/cutovers")
                .then()
                .statusCode(201);
    }

    @Test
    void a_stream_tells_what_happened_then_what_happens_and_ends_when_the_cutover_is_over()
            throws Exception {
        try (StreamClient client = client()) {
            client.open(EVENTS, Map.of());
            assertThat(client.next())
                    .extracting(Heard::id, Heard::event)
                    .containsExactly("1", "Scheduled");
            assertThat(client.retryMillis()).isEqualTo(2_000);

            world.journal().happens(ID, paged("one"));
            Heard second = client.next();
            assertThat(second).extracting(Heard::id, Heard::event).containsExactly("2", "Paged");
            assertThat(second.data().path("seq").asLong()).isEqualTo(2);
            assertThat(second.data().path("data").path("message").asText()).isEqualTo("one");

            client.awaitHeartbeat();

            world.journal().happens(ID, new Event.PhaseEntered(new Phase.Cancelled(), why()));
            assertThat(client.next().event()).isEqualTo("PhaseEntered");
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void a_client_that_comes_again_goes_on_where_it_was() throws Exception {
        IntStream.range(0, 250).forEach(i -> world.journal().happens(ID, paged("no " + i)));
        List<Long> seen = new ArrayList<>();

        for (String from = "0"; seen.size() < 251; ) {
            awaitNoStream();
            try (StreamClient client = client()) {
                client.open(EVENTS + "?after=200", Map.of("Last-Event-ID", from));
                for (int i = 0; i < 7 && seen.size() < 251; i++) {
                    from = client.next().id();
                    seen.add(Long.parseLong(from));
                }
            }
        }

        assertThat(seen)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 251).asLongStream().boxed().toList());
        try (StreamClient client = client()) {
            client.open(EVENTS + "?after=249", Map.of());
            assertThat(client.next().id()).isEqualTo("250");
        }
    }

    @Test
    void a_browser_that_has_all_of_a_finished_cutover_is_told_not_to_come_again() {
        world.journal().happens(ID, new Event.PhaseEntered(new Phase.Cancelled(), why()));

        given().header("Authorization", "Bearer " + world.key("viewer"))
                .accept("text/event-stream")
                .header("Last-Event-ID", "2")
                .get(EVENTS)
                .then()
                .statusCode(204);
        given().header("Authorization", "Bearer " + world.key("viewer"))
                .accept("text/event-stream")
                .header("Last-Event-ID", "1")
                .get(EVENTS)
                .then()
                .statusCode(200)
                .header("Content-Type", containsString("text/event-stream"))
                .body(containsString("id: 2\nevent: PhaseEntered\ndata: {"));
    }

    @ParameterizedTest
    @CsvSource({
        "viewer, 99, 400, bad-parameter",
        "viewer, -1, 400, bad-parameter",
        "viewer, x, 400, bad-parameter",
        "nobody, 0, 401, no-key",
    })
    void a_stream_that_cannot_be_is_a_problem_before_it_begins(
            String who, String lastEventId, int status, String kind) {
        given().header("Authorization", "Bearer " + world.key(who))
                .accept("text/event-stream")
                .header("Last-Event-ID", lastEventId)
                .get(EVENTS)
                .then()
                .statusCode(status)
                .contentType(Problem.MEDIA_TYPE)
                .body("type", equalTo("urn:cutover:problem:" + kind));
    }

    @Test
    void streams_are_bounded_and_a_client_that_leaves_makes_room_at_once() throws Exception {
        for (int i = 0; i < ApiWorld.MOST_STREAMS; i++) {
            StreamClient client = client(i < ApiWorld.MOST_STREAMS_OF_ONE ? "viewer" : "operator");
            assertThat(client.open(EVENTS, Map.of())).isEqualTo(200);
            client.next();
        }
        given().header("Authorization", "Bearer " + world.key("approver"))
                .accept("text/event-stream")
                .get(EVENTS)
                .then()
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("urn:cutover:problem:too-many-streams"));

        for (StreamClient client : clients) {
            client.close();
        }

        awaitRoomForOne("viewer");
    }

    @ParameterizedTest
    @ValueSource(strings = {EVENTS, "/api/v1/changes"})
    void nobody_takes_every_place(String path) throws Exception {
        for (int i = 0; i < ApiWorld.MOST_STREAMS_OF_ONE; i++) {
            StreamClient client = client("operator");
            assertThat(client.open(path, Map.of())).isEqualTo(200);
            client.next();
        }
        given().header("Authorization", "Bearer " + world.key("operator"))
                .accept("text/event-stream")
                .get(path)
                .then()
                .statusCode(429)
                .contentType(Problem.MEDIA_TYPE)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("urn:cutover:problem:too-many-streams-of-one"))
                .body("detail", containsString("at most 3 open event streams of olga"));
        try (StreamClient other = client("viewer")) {
            assertThat(other.open(path, Map.of())).isEqualTo(200);
        }

        for (StreamClient client : clients) {
            client.close();
        }
        awaitRoomForOne("operator");
    }

    @Test
    void a_client_that_reads_nothing_is_cut_off_and_holds_no_place() throws Exception {
        String much = "x".repeat(50_000);
        IntStream.range(0, 200).forEach(i -> world.journal().happens(ID, paged(much)));
        for (int i = 0; i < ApiWorld.MOST_STREAMS; i++) {
            StreamClient client = client(i < ApiWorld.MOST_STREAMS_OF_ONE ? "viewer" : "operator");
            assertThat(client.open(EVENTS, Map.of())).isEqualTo(200);
        }

        awaitNoStream();
    }

    @ParameterizedTest
    @ValueSource(strings = {EVENTS, "/api/v1/changes"})
    void a_stream_ends_with_its_key(String path) throws Exception {
        try (StreamClient client = client("approver")) {
            assertThat(client.open(path, Map.of())).isEqualTo(200);
            client.next();

            world.revoke("approver");

            assertThatThrownBy(client::awaitHeartbeats)
                    .isInstanceOf(StreamClient.EndedException.class)
                    .hasMessageContaining("in order");
        }
        given().header("Authorization", "Bearer " + world.key("approver"))
                .accept("text/event-stream")
                .get(path)
                .then()
                .statusCode(401);
    }

    @Test
    void the_board_is_told_which_cutover_grew() throws Exception {
        try (StreamClient client = client()) {
            client.open("/api/v1/changes", Map.of());
            assertThat(client.next().event()).isEqualTo("look");

            world.journal().happens(ID, paged("one"));

            Heard changed = client.next();
            while (changed.data().path("seq").asLong() < 2) {
                changed = client.next();
            }
            assertThat(changed.event()).isEqualTo("changed");
            assertThat(changed.data().path("cutover").asText()).isEqualTo("acme-1");
            client.awaitHeartbeat();
        }
    }

    private void awaitRoomForOne(String who) throws Exception {
        long until = System.nanoTime() + 60_000_000_000L;
        while (true) {
            try (StreamClient client = client(who)) {
                if (client.open(EVENTS, Map.of()) == 200) {
                    return;
                }
            }
            assertThat(System.nanoTime()).as("no place became free").isLessThan(until);
            LockSupport.parkNanos(100_000_000L);
        }
    }

    private void awaitNoStream() {
        long until = System.nanoTime() + 60_000_000_000L;
        while (streams.open() > 0) {
            assertThat(System.nanoTime() - until).as("places that stay taken").isNegative();
            LockSupport.parkNanos(5_000_000L);
        }
    }

    private StreamClient client() {
        return client("viewer");
    }

    private StreamClient client(String who) {
        StreamClient client =
                new StreamClient(
                        URI.create("http://127.0.0.1:" + RestAssured.port), world.key(who));
        clients.add(client);
        return client;
    }

    private static Event paged(String text) {
        return new Event.Paged("Odd", text, List.of());
    }

    private static Phase.Reason why() {
        return new Phase.Reason("Test", "the test says so");
    }
}
