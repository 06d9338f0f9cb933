package dev.cutover.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import dev.cutover.port.PortException;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The whole API over HTTP, with a journal, a zone and a plan reader in memory.
@QuarkusTest
@TestProfile(ApiProfile.class)
class ApiTest {
    private static final String PLAN = "acme";

    @Inject ApiWorld world;

    @BeforeEach
    void nothing_has_happened() {
        world.reset();
    }

    @Test
    void a_plan_is_previewed_scheduled_and_followed() {
        String hash =
                as("viewer")
                        .body(Map.of("plan", PLAN))
                        .post("/api/v1/plans/preview")
                        .then()
                        .statusCode(200)
                        .body("mayRun", equalTo(true))
                        .body("changes[0].set", equalTo("n0.acme.acme.example A"))
                        .body("changes[0].before[0].content", equalTo("198.51.100.10"))
                        .body("changes[0].next[0].content", equalTo("203.0.113.20"))
                        .body("refusals", empty())
                        .extract()
                        .path("hash");

        String location =
                as("operator")
                        .body(Map.of("plan", PLAN, "hash", hash))
                        .post("/api/v1/cutovers")
                        .then()
                        .statusCode(201)
                        .header("ETag", "\"1\"")
                        .body("phase", equalTo("Scheduled"))
                        .body("author", equalTo("olga"))
                        .extract()
                        .header("Location");

        as("viewer")
                .get(location)
                .then()
                .statusCode(200)
                .header("ETag", "\"1\"")
                .body("planHash", equalTo(hash))
                .body("wakeAt", notNullValue())
                .body("next.text", containsString("lowers TTLs"))
                .body("buttons.verb", hasItem("abort"))
                .body("recent.text", hasSize(1));
        as("viewer")
                .get("/api/v1/cutovers")
                .then()
                .statusCode(200)
                .body("cutovers[0].id", equalTo("acme-1"))
                .body("cutovers[0].live", equalTo(true));
        as("viewer")
                .get(location + "/events")
                .then()
                .statusCode(200)
                .body("events[0].type", equalTo("Scheduled"))
                .body("events[0].data.author", equalTo("olga"))
                .body("last", equalTo(1))
                .body("more", equalTo(false));
        as("viewer")
                .get(location + "/report")
                .then()
                .statusCode(200)
                .body("outcome", equalTo("Scheduled"))
                .body("phases", hasSize(1))
                .body("gates", empty())
                .body("adoption", empty())
                .body("calls", empty())
                .body("containsKey('beforeImage')", equalTo(true));
    }

    @Test
    void a_plan_with_mistakes_is_answered_with_their_places() {
        as("operator")
                .body(Map.of("plan", "bad"))
                .post("/api/v1/plans/preview")
                .then()
                .statusCode(422)
                .contentType(Problem.MEDIA_TYPE)
                .body("type", equalTo("urn:cutover:problem:bad-plan"))
                .body("instance", equalTo("/api/v1/plans/preview"))
                .body("mistakes[0].line", equalTo(3))
                .body("mistakes[0].column", equalTo(7))
                .body("mistakes[0].message", containsString("expected"));
    }

    @Test
    void a_zone_that_was_edited_since_the_preview_is_refused_naming_the_record() {
        world.editZone();

        as("operator")
                .body(Map.of("plan", PLAN))
                .post("/api/v1/cutovers")
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:cutover:problem:plan-refused"))
                .body("refusals.code", hasItem("FromMismatch"))
                .body("refusals.subject", hasItem("n0.acme.acme.example A"));
        as("viewer").get("/api/v1/cutovers").then().body("cutovers", empty());
    }

    @Test
    void a_provider_that_does_not_answer_is_no_fault_of_the_caller() {
        world.breakProvider();

        as("operator")
                .body(Map.of("plan", PLAN))
                .post("/api/v1/cutovers")
                .then()
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("urn:cutover:problem:unreachable"));
    }

    @Test
    void people_approve_the_plan_they_looked_at() {
        String hash = scheduled();

        as("approver")
                .post("/api/v1/cutovers/acme-1/approve")
                .then()
                .statusCode(428)
                .body("type", equalTo("urn:cutover:problem:condition-missing"));
        as("approver")
                .header("If-Match", "\"other\"")
                .post("/api/v1/cutovers/acme-1/approve")
                .then()
                .statusCode(412)
                .body("type", equalTo("urn:cutover:problem:changed-since"));
        as("approver")
                .header("If-Match", "\"" + hash + "\"")
                .post("/api/v1/cutovers/acme-1/approve")
                .then()
                .statusCode(200)
                .body("approvals.given", equalTo(java.util.List.of("ana")))
                .body("approvals.need", equalTo(2));
    }

    @Test
    void a_cutover_is_held_resumed_postponed_and_aborted() {
        scheduled();

        as("operator")
                .body(Map.of("why", "the shop runs a sale"))
                .post("/api/v1/cutovers/acme-1/hold")
                .then()
                .statusCode(200)
                .body("phaseType", equalTo("Held"))
                .body("why.text", containsString("the shop runs a sale"));
        as("operator")
                .post("/api/v1/cutovers/acme-1/resume")
                .then()
                .statusCode(200)
                .body("phase", equalTo("Scheduled"));
        as("operator")
                .post("/api/v1/cutovers/acme-1/resume")
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:cutover:problem:request-refused"))
                .body("code", equalTo("NotHeld"))
                .body("phase", equalTo("Scheduled"));
        as("operator")
                .body(
                        Map.of(
                                "opens", "2026-12-10T02:00",
                                "closes", "2026-12-10T05:00",
                                "zone", "Europe/Berlin"))
                .post("/api/v1/cutovers/acme-1/postpone")
                .then()
                .statusCode(200)
                .body("window.opensAt", equalTo("2026-12-10T01:00:00Z"));
        as("operator")
                .post("/api/v1/cutovers/acme-1/abort")
                .then()
                .statusCode(200)
                .body("phaseType", equalTo("Cancelling"));
    }

    @Test
    void a_repeat_with_the_same_key_changes_nothing_more() {
        scheduled();
        for (int i = 0; i < 3; i++) {
            as("operator")
                    .header("Idempotency-Key", "k1")
                    .body(Map.of("why", "x"))
                    .post("/api/v1/cutovers/acme-1/hold")
                    .then()
                    .statusCode(200)
                    .body("seq", equalTo(3));
        }
        as("operator")
                .header("Idempotency-Key", "k1")
                .post("/api/v1/cutovers/acme-1/resume")
                .then()
                .statusCode(200)
                .body("phase", equalTo("Scheduled"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/cutovers, '', 401, no-key",
        "GET, /api/v1/cutovers, wrong, 401, no-key",
        "GET, /api/v1/cutovers/acme-1, '', 401, no-key",
        "POST, /api/v1/plans/preview, '', 401, no-key",
        "POST, /api/v1/cutovers/acme-1/abort, '', 401, no-key",
        "POST, /api/v1/cutovers, viewer, 403, role-missing",
        "POST, /api/v1/cutovers/acme-1/hold, viewer, 403, role-missing",
        "POST, /api/v1/cutovers/acme-1/abort, approver, 403, role-missing",
        "POST, /api/v1/cutovers/acme-1/approve, operator, 403, role-missing",
        "GET, /api/v1/cutovers/nobody-1, viewer, 404, no-such-cutover",
        "GET, /api/v1/cutovers/NOT-AN-ID!, viewer, 404, no-such-cutover",
        "GET, /api/v1/cutovers/nobody-1/events, viewer, 404, no-such-cutover",
        "GET, /api/v1/cutovers/nobody-1/report, viewer, 404, no-such-cutover",
        "POST, /api/v1/cutovers/nobody-1/abort, operator, 404, no-such-cutover",
        "GET, /api/v1/cutovers?limit=0, viewer, 400, bad-parameter",
        "GET, /api/v1/cutovers?limit=many, viewer, 400, bad-parameter",
        "DELETE, /api/v1/cutovers, operator, 405, http-405",
        "GET, /api/v1/nothing, viewer, 404, http-404",
    })
    void what_cannot_be_done_is_a_problem(
            String method, String path, String who, int status, String kind) {
        as(who).request(method, path)
                .then()
                .statusCode(status)
                .contentType(Problem.MEDIA_TYPE)
                .body("type", equalTo("urn:cutover:problem:" + kind))
                .body("status", equalTo(status))
                .body("detail", not(containsString("dev.cutover")));
    }

    @Test
    void an_unknown_key_is_told_how_to_show_one() {
        given().get("/api/v1/cutovers")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", containsString("Bearer"));
    }

    @Test
    void a_body_that_is_no_json_is_refused_with_line_and_column() {
        as("operator")
                .body("{\n \"plan\": oops}")
                .post("/api/v1/cutovers")
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:cutover:problem:bad-body"))
                .body("line", equalTo(2));
    }

    @Test
    void a_plan_that_the_provider_has_no_zone_for_is_wrong_at_its_zone() {
        world.failWith(PortException.lasting("zone acme.example is not among the zones"));

        as("operator")
                .body(Map.of("plan", PLAN))
                .post("/api/v1/plans/preview")
                .then()
                .statusCode(422)
                .body("mistakes[0].line", equalTo(6))
                .body("mistakes[0].path", equalTo("zone.name"))
                .body("mistakes[0].message", containsString("not among the zones"));
    }

    @Test
    void a_plan_that_asks_for_more_people_than_there_are_says_so() {
        as("operator")
                .body(Map.of("plan", PLAN))
                .post("/api/v1/plans/preview")
                .then()
                .statusCode(200)
                .body("notes[0]", containsString("2 people must agree, only 1 may (ana)"));
    }

    @Test
    void a_reason_cannot_turn_or_hide_text_and_its_mistakes_are_named() {
        scheduled();
        as("operator")
                .body(Map.of("why", "two\nlines"))
                .post("/api/v1/cutovers/acme-1/hold")
                .then()
                .statusCode(422)
                .body("detail", containsString("seen a line break"));
        as("operator")
                .body(Map.of("why", "do \u202Eton\u200B go"))
                .post("/api/v1/cutovers/acme-1/hold")
                .then()
                .statusCode(200)
                .body("why.text", containsString("do ton go"));
    }

    @Test
    void a_body_that_is_too_large_is_refused() {
        as("operator")
                .body("{\"plan\": \"" + "x".repeat(5 * 1024 * 1024) + "\"}")
                .post("/api/v1/plans/preview")
                .then()
                .statusCode(413)
                .body("type", equalTo("urn:cutover:problem:too-large"));
    }

    @Test
    void what_nobody_foresaw_says_nothing_about_the_inside() {
        world.failWith(new IllegalStateException("secret inside"));

        String body =
                as("operator")
                        .body(Map.of("plan", PLAN))
                        .post("/api/v1/plans/preview")
                        .then()
                        .statusCode(500)
                        .body("type", equalTo("urn:cutover:problem:unforeseen"))
                        .extract()
                        .asString();

        assertThat(body).doesNotContain("secret inside", "IllegalState");
    }

    /// Schedules the plan and gives its hash.
    private String scheduled() {
        return as("operator")
                .body(Map.of("plan", PLAN))
                .post("/api/v1/cutovers")
                .then()
                .statusCode(201)
                .extract()
                .path("planHash");
    }

    private RequestSpecification as(String who) {
        RequestSpecification request = given().contentType("application/json");
        return who.isEmpty()
                ? request
                : request.header("Authorization", "Bearer " + world.key(who));
    }
}
