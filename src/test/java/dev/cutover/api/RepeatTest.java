package dev.cutover.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.cutover.core.life.CutoverId;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Repeats change nothing and are answered as the first; conditions hold what was looked at.
@QuarkusTest
@TestProfile(ApiProfile.class)
class RepeatTest {
    private static final String ACME = "/api/v1/cutovers/acme-1";

    @Inject ApiWorld world;

    @BeforeEach
    void nothing_has_happened() {
        world.reset();
    }

    @Test
    void a_beginning_that_is_repeated_is_the_same_cutover_as_it_was_then() {
        String first = begin("k").then().statusCode(201).extract().header("Location");
        as("operator").post(ACME + "/hold").then().statusCode(200);
        world.editZone();
        world.breakProvider();

        begin("k")
                .then()
                .statusCode(201)
                .header("Location", first)
                .header("ETag", "\"1\"")
                .body("seq", equalTo(1))
                .body("phase", equalTo("Scheduled"));
    }

    @Test
    void two_who_ask_the_same_at_once_get_the_same_answer() throws Exception {
        scheduled();
        try (ExecutorService people = Executors.newFixedThreadPool(8)) {
            var begin = new CountDownLatch(1);
            List<Future<Response>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(
                        people.submit(
                                () -> {
                                    begin.await();
                                    return as("operator")
                                            .header("Idempotency-Key", "once")
                                            .body(Map.of("why", "x"))
                                            .post(ACME + "/hold");
                                }));
            }
            begin.countDown();
            for (Future<Response> answer : answers) {
                answer.get()
                        .then()
                        .statusCode(200)
                        .header("ETag", "\"3\"")
                        .body("phaseType", equalTo("Held"));
            }
        }
        assertThat(world.journal().entries(new CutoverId("acme-1"), 0, 100)).hasSize(3);
    }

    @Test
    void two_who_begin_the_same_at_once_get_the_same_cutover() throws Exception {
        try (ExecutorService people = Executors.newFixedThreadPool(8)) {
            List<Future<Response>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(people.submit(() -> begin("once")));
            }
            for (Future<Response> answer : answers) {
                answer.get().then().statusCode(201).body("id", equalTo("acme-1"));
            }
        }
        as("viewer").get("/api/v1/cutovers").then().body("cutovers.size()", equalTo(1));
    }

    @Test
    void a_key_that_comes_again_with_something_else_is_refused_and_changes_nothing() {
        begin("k").then().statusCode(201);
        as("operator")
                .header("Idempotency-Key", "k")
                .body(Map.of("plan", "shop"))
                .post("/api/v1/cutovers")
                .then()
                .statusCode(422)
                .body("type", equalTo("urn:cutover:problem:key-reused"));

        hold("h", "one").then().statusCode(200).body("seq", equalTo(3));
        hold("h", "two")
                .then()
                .statusCode(422)
                .body("type", equalTo("urn:cutover:problem:key-reused"));
        as("operator")
                .header("Idempotency-Key", "h")
                .body("{ \"why\" :\n \"one\" }")
                .post(ACME + "/hold")
                .then()
                .statusCode(200)
                .body("seq", equalTo(3));
    }

    @Test
    void a_refusal_is_repeated_as_well() {
        scheduled();
        for (int i = 0; i < 2; i++) {
            as("operator")
                    .header("Idempotency-Key", "k")
                    .post(ACME + "/resume")
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("NotHeld"));
            as("operator").post(ACME + "/hold").then().statusCode(200);
        }
    }

    @Test
    void a_reader_who_knows_the_state_is_not_told_it_again() {
        scheduled();
        String tag = as("viewer").get(ACME).then().statusCode(200).extract().header("ETag");

        for (String known : List.of(tag, "W/" + tag, "\"99\", " + tag, "*")) {
            assertThat(
                            as("viewer")
                                    .header("If-None-Match", known)
                                    .get(ACME)
                                    .then()
                                    .statusCode(304)
                                    .header("ETag", tag)
                                    .extract()
                                    .asString())
                    .isEmpty();
        }
        as("operator").post(ACME + "/hold").then().statusCode(200).header("ETag", "\"3\"");
        as("viewer")
                .header("If-None-Match", tag)
                .get(ACME)
                .then()
                .statusCode(200)
                .header("ETag", "\"3\"");
    }

    @Test
    void who_approves_what_has_moved_on_is_told_where_it_is() {
        String hash = scheduled();
        as("operator").post(ACME + "/hold").then().statusCode(200);

        as("approver")
                .header("If-Match", "\"1\"")
                .post(ACME + "/approve")
                .then()
                .statusCode(412)
                .header("ETag", "\"3\"")
                .body("type", equalTo("urn:cutover:problem:changed-since"))
                .body("seq", equalTo(3))
                .body("planHash", equalTo(hash))
                .body("phase", startsWith("Held("));
        as("approver")
                .header("If-Match", "\"3\"")
                .post(ACME + "/approve")
                .then()
                .statusCode(200)
                .body("approvals.given.size()", equalTo(1));
        as("operator").header("If-Match", "\"3\"").post(ACME + "/resume").then().statusCode(412);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hold", "abort"})
    void nobody_in_a_hurry_is_stopped_by_a_condition(String verb) {
        scheduled();
        as("operator").header("If-Match", "\"99\"").post(ACME + "/" + verb).then().statusCode(200);
    }

    @Test
    void a_list_is_read_page_by_page_while_others_begin() {
        for (int i = 0; i < 7; i++) {
            begin("site" + i, "key" + i).then().statusCode(201);
        }
        List<String> seen = new ArrayList<>();
        String next = "/api/v1/cutovers?limit=3&state=live";
        for (int page = 0; !next.isEmpty(); page++) {
            var answer = as("viewer").get(next).then().statusCode(200).extract();
            seen.addAll(answer.jsonPath().getList("cutovers.id"));
            begin("later" + page, "later" + page).then().statusCode(201);
            String link = answer.header("Link");
            String cursor = answer.path("next");
            assertThat(link == null).isEqualTo(cursor == null);
            next = link == null ? "" : link.replaceAll("^<|>; rel=\"next\"$", "");
        }
        assertThat(seen)
                .containsExactly(
                        "site6-7", "site5-6", "site4-5", "site3-4", "site2-3", "site1-2",
                        "site0-1");
    }

    @Test
    void a_list_holds_what_was_asked_for() {
        begin("acme", "a").then().statusCode(201);
        begin("shop", "b").then().statusCode(201);
        as("operator").post(ACME + "/hold").then().statusCode(200);

        ids("phase=Held").body("cutovers.id", equalTo(List.of("acme-1")));
        ids("phase=Scheduled&state=live").body("cutovers.id", equalTo(List.of("shop-2")));
        ids("state=over").body("cutovers.id", equalTo(List.of()));
        ids("site=N0.ACME.acme.example").body("cutovers.id", equalTo(List.of("acme-1")));
        ids("site=www.other.example").body("cutovers.size()", equalTo(0));
        ids("cursor=shop-2").body("cutovers.id", equalTo(List.of("acme-1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"phase=Sleeping", "state=dead", "site=a/b", "cursor=NO!", "limit=1001"})
    void a_filter_that_means_nothing_is_refused(String query) {
        as("viewer")
                .get("/api/v1/cutovers?" + query)
                .then()
                .statusCode(400)
                .body("parameter", equalTo(query.substring(0, query.indexOf('='))));
    }

    private io.restassured.response.ValidatableResponse ids(String query) {
        return as("viewer").get("/api/v1/cutovers?" + query).then().statusCode(200);
    }

    private Response begin(String key) {
        return begin("acme", key);
    }

    private Response begin(String plan, String key) {
        return as("operator")
                .header("Idempotency-Key", key)
                .body(Map.of("plan", plan))
                .post("/api/v1/cutovers");
    }

    private Response hold(String key, String why) {
        return as("operator")
                .header("Idempotency-Key", key)
                .body(Map.of("why", why))
                .post(ACME + "/hold");
    }

    private String scheduled() {
        return begin("scheduled").then().statusCode(201).extract().path("planHash");
    }

    private RequestSpecification as(String who) {
        return given().contentType("application/json")
                .header("Authorization", "Bearer " + world.key(who));
    }
}
