package dev.cutover.web;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cutover.api.ApiProfile;
import dev.cutover.api.ApiWorld;
import dev.cutover.core.judge.Bucket;
import dev.cutover.core.timeline.Adoption;
import dev.cutover.core.timeline.AnswerVerdict;
import dev.cutover.core.timeline.Between;
import dev.cutover.core.timeline.Cache;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.ResolverLook;
import dev.cutover.core.timeline.TtlHabit;
import dev.cutover.json.SampleEvents;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The pages over HTTP: who gets in, what is asked, and what a browser is allowed to do.
@QuarkusTest
@TestProfile(ApiProfile.class)
class PagesTest {
    private static final String PAGE = "/cutovers/acme-1";
    private static final String HTML = "text/html";

    /// Browsers name no charset with a form.
    private static final RestAssuredConfig BROWSER =
            RestAssuredConfig.config()
                    .encoderConfig(
                            EncoderConfig.encoderConfig()
                                    .appendDefaultContentCharsetToContentTypeIfUndefined(false));
    private static final int MOST_BYTES = 150 * 1024;

    @Inject ApiWorld world;

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
    void who_is_not_signed_in_is_shown_the_door() {
        given().redirects()
                .follow(false)
                .accept(HTML)
                .get(PAGE)
                .then()
                .statusCode(303)
                .header("Location", org.hamcrest.Matchers.endsWith("/sign-in?next=" + PAGE));
        given().accept("text/event-stream").get(PAGE + "/stream").then().statusCode(401);
        given().accept("*/*").get(PAGE).then().statusCode(401);
    }

    @Test
    void a_key_opens_a_session_and_is_neither_in_the_cookie_nor_in_the_address() {
        String key = world.key("viewer");

        Response in =
                given().redirects()
                        .follow(false)
                        .formParam("key", key)
                        .formParam("next", PAGE)
                        .post("/sign-in");

        assertThat(in.statusCode()).isEqualTo(303);
        assertThat(in.header("Location")).endsWith(PAGE).doesNotContain(key);
        assertThat(in.header("Set-Cookie"))
                .contains("HttpOnly")
                .contains("SameSite=Strict")
                .contains("Path=/")
                .doesNotContain("Secure")
                .doesNotContain(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://evil.example/", "//evil.example", "/cutovers/../q", "javascript:1"})
    void nobody_is_sent_elsewhere_after_signing_in(String next) {
        String to =
                given().redirects()
                        .follow(false)
                        .formParam("key", world.key("viewer"))
                        .formParam("next", next)
                        .post("/sign-in")
                        .header("Location");
        assertThat(to).matches("(http://[^/]+)?/");
    }

    @Test
    void a_wrong_key_and_a_form_from_elsewhere_open_nothing() {
        given().formParam("key", "made-up").post("/sign-in").then().statusCode(401);
        given().header("Origin", "https://evil.example")
                .formParam("key", world.key("viewer"))
                .post("/sign-in")
                .then()
                .statusCode(401);
    }

    @Test
    void a_code_made_with_a_key_signs_in_once() {
        given().post("/sign-in/codes").then().statusCode(401);
        String code =
                given().header("Authorization", "Bearer " + world.key("operator"))
                        .post("/sign-in/codes")
                        .then()
                        .statusCode(201)
                        .extract()
                        .asString();

        given().redirects()
                .follow(false)
                .formParam("code", code)
                .post("/sign-in")
                .then()
                .statusCode(303);
        given().redirects()
                .follow(false)
                .formParam("code", code)
                .post("/sign-in")
                .then()
                .statusCode(401);
    }

    @Test
    void signing_out_ends_the_session_at_the_controller() {
        String cookie = signIn("viewer");
        String csrf = csrf(cookie);

        with(cookie).formParam("csrf", "guessed").post("/sign-out").then().statusCode(403);
        with(cookie).formParam("csrf", csrf).post("/sign-out").then().statusCode(303);

        with(cookie).get("/").then().statusCode(303);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", PAGE, "/sign-in", "/assets/page.js", "/api/v1/cutovers", "/nowhere"})
    void a_browser_may_load_nothing_from_elsewhere_and_frame_nothing(String path) {
        with(signIn("viewer"))
                .get(path)
                .then()
                .header(
                        "Content-Security-Policy",
                        equalTo(
                                "default-src 'self'; object-src 'none'; base-uri 'none';"
                                        + " form-action 'self'; frame-ancestors 'none'"))
                .header("X-Frame-Options", equalTo("DENY"))
                .header("X-Content-Type-Options", equalTo("nosniff"))
                .header("Referrer-Policy", equalTo("no-referrer"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", PAGE, "/sign-in"})
    void a_page_holds_no_script_and_asks_no_other_site(String path) {
        Document page = Jsoup.parse(with(signIn("operator")).get(path).asString());

        assertThat(page.select("script:not([src]), style, [style], [onclick], base")).isEmpty();
        assertThat(page.select("[src], link[href]"))
                .allMatch(e -> (e.attr("src") + e.attr("href")).startsWith("/assets/"));
        assertThat(page.select("html").attr("lang")).isEqualTo("en");
        assertThat(page.select("input:not([type=hidden]):not([hidden])"))
                .allMatch(e -> !page.select("label[for=" + e.id() + "]").isEmpty());
    }

    @Test
    void the_largest_page_with_all_it_loads_is_below_150_KB() {
        measured();
        String cookie = signIn("operator");
        int bytes = 0;
        for (String path :
                List.of(PAGE, "/assets/page.css", "/assets/page.js", "/assets/icon.svg")) {
            int size = with(cookie).get(path).then().statusCode(200).extract().asByteArray().length;
            System.out.println("page: " + path + " " + size + " bytes");
            bytes += size;
        }
        assertThat(bytes).isLessThanOrEqualTo(MOST_BYTES);
    }

    @Test
    void the_page_shows_what_resolvers_answer_and_until_when() {
        measured();

        Document page = Jsoup.parse(with(signIn("viewer")).get(PAGE).asString());

        assertThat(page.select("#part-resolvers").text())
                .contains("1 of 48 resolvers show the next side for every name")
                .contains("last old answer gone by")
                .contains("1 keep answers longer than TTLs allow");
        assertThat(page.select("#part-resolvers tbody tr").eachText().getFirst())
                .contains("r47")
                .contains("old")
                .contains("serves stale answers");
        assertThat(page.select("#part-adoption svg path.band")).hasSize(1);
        assertThat(page.select("#part-adoption svg").attr("aria-label")).contains("50 %");
    }

    @ParameterizedTest
    @CsvSource({
        "viewer, hold",
        "viewer, abort",
        "approver, hold",
        "operator, approve",
        "viewer, resume"
    })
    void a_form_asks_for_the_role_the_api_asks_for(String who, String verb) {
        String cookie = signIn(who);

        with(cookie)
                .formParam("csrf", csrf(cookie))
                .formParam("confirm", "acme-1")
                .post(PAGE + "/" + verb)
                .then()
                .statusCode(403);

        assertThat(phase()).isEqualTo("Scheduled");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hold", "abort"})
    void a_form_without_its_token_or_its_name_changes_nothing(String verb) {
        String cookie = signIn("operator");
        String csrf = csrf(cookie);
        String post = PAGE + "/" + verb;

        with(cookie).formParam("confirm", "acme-1").post(post).then().statusCode(403);
        with(cookie)
                .formParam("csrf", csrf(signIn("operator")))
                .formParam("confirm", "acme-1")
                .post(post)
                .then()
                .statusCode(403);
        with(cookie)
                .header("Origin", "https://evil.example")
                .formParam("csrf", csrf)
                .formParam("confirm", "acme-1")
                .post(post)
                .then()
                .statusCode(403);
        with(cookie)
                .formParam("csrf", csrf)
                .formParam("confirm", "acme-2")
                .post(post)
                .then()
                .statusCode(422);
        with(cookie).formParam("csrf", csrf).post(post).then().statusCode(422);

        assertThat(phase()).isEqualTo("Scheduled");
    }

    @Test
    void a_hold_with_its_reason_is_asked_for_and_its_words_stay_words() {
        String cookie = signIn("operator");

        with(cookie)
                .formParam("csrf", csrf(cookie))
                .formParam("confirm", " acme-1 ")
                .formParam("why", "<script>alert(1)</script>")
                .post(PAGE + "/hold")
                .then()
                .statusCode(303);

        String html = with(cookie).get(PAGE).asString();
        Document page = Jsoup.parse(html);
        assertThat(phase()).startsWith("Held");
        assertThat(html).doesNotContain("<script>alert");
        assertThat(page.select("#part-journal").text()).contains("<script>alert(1)</script>");
        assertThat(page.select("#act-hold").hasClass("shut")).isTrue();
        assertThat(page.select("#act-resume form")).hasSize(1);
        assertThat(Jsoup.parse(with(cookie).get("/").asString()).select("#part-alarms").text())
                .contains("Held");
    }

    @Test
    void who_approves_approves_what_the_page_showed() {
        String cookie = signIn("approver");
        String csrf = csrf(cookie);

        with(cookie)
                .formParam("csrf", csrf)
                .formParam("seen", "another")
                .post(PAGE + "/approve")
                .then()
                .statusCode(412);
        String seen =
                Jsoup.parse(with(cookie).get(PAGE).asString())
                        .select("#act-approve input[name=seen]")
                        .attr("value");
        with(cookie)
                .formParam("csrf", csrf)
                .formParam("seen", seen)
                .post(PAGE + "/approve")
                .then()
                .statusCode(303);
    }

    /// Whoever reaches the port can send these; none may fill the log or be called our fault.
    @ParameterizedTest
    @CsvSource({"%%%%", "a=%zz", "many"})
    void a_form_that_cannot_be_read_is_its_senders_fault(String body) {
        String form = body.equals("many") ? "a=1&".repeat(2_000) : body;

        Response answer =
                given().contentType("application/x-www-form-urlencoded")
                        .body(form)
                        .post("/sign-in");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.jsonPath().getString("type")).endsWith("unreadable");
    }

    @Test
    @Timeout(60)
    void who_signs_out_sees_no_more_of_a_stream_either() throws Exception {
        String cookie = signIn("viewer");
        URL stream = URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/stream").toURL();
        URLConnection reading = stream.openConnection();
        reading.setRequestProperty("Cookie", "cutover_session=" + cookie);
        reading.setRequestProperty("Accept", "text/event-stream");
        try (InputStream in = reading.getInputStream()) {
            assertThat(in.read()).isNotEqualTo(-1);

            with(cookie).formParam("csrf", csrf(cookie)).post("/sign-out").then().statusCode(303);

            // Reads to the end, which would come after an hour.
            assertThat(in.readAllBytes()).isNotEmpty();
        }
        with(cookie).get("/").then().statusCode(303);
    }

    @Test
    void what_people_write_in_a_form_is_read_as_browsers_send_it() {
        String cookie = signIn("operator");

        with(cookie)
                .config(BROWSER)
                .contentType("application/x-www-form-urlencoded")
                .body(
                        "csrf="
                                + csrf(cookie)
                                + "&confirm=acme-1&why="
                                + URLEncoder.encode("für Zoë ✓", StandardCharsets.UTF_8))
                .post(PAGE + "/hold")
                .then()
                .statusCode(303);

        Document page = Jsoup.parse(with(cookie).get(PAGE).asString());
        assertThat(page.select("#part-journal").text()).contains("für Zoë ✓");
    }

    @ParameterizedTest
    @CsvSource({
        "/cutovers/a%20b, /sign-in?next=/",
        "/cutovers/a%0d%0aX:%201, /sign-in?next=/",
        "/cutovers/%C3%A4, /sign-in?next=/",
        "/cutovers/acme-1, /sign-in?next=/cutovers/acme-1"
    })
    void any_address_leads_somebody_new_to_the_way_in(String path, String there) {
        Response answer =
                given().urlEncodingEnabled(false)
                        .redirects()
                        .follow(false)
                        .accept("text/html")
                        .get(path);

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.header("Location")).endsWith(there);
    }

    @Test
    void a_cutover_nobody_has_is_a_page_that_says_so() {
        Response page = with(signIn("viewer")).get("/cutovers/nobody-9");

        assertThat(page.statusCode()).isEqualTo(404);
        assertThat(page.contentType()).startsWith(HTML);
        assertThat(page.asString()).contains("nobody-9");
    }

    private void measured() {
        var now = SampleEvents.NOW;
        world.measured(
                IntStream.range(0, 2_000)
                        .mapToObj(i -> new Adoption(now.minusSeconds(2_000 - i), 480, 480, 0, 0))
                        .toList(),
                new ResolverLook(
                        now,
                        IntStream.range(0, 48)
                                .mapToObj(
                                        i ->
                                                new ResolverLook.Standing(
                                                        "r" + i,
                                                        20,
                                                        i,
                                                        0,
                                                        0,
                                                        i,
                                                        Duration.ofMillis(20)))
                                .toList()),
                List.of(new Bucket(now.minusSeconds(10), Duration.ofSeconds(1), 3, 0)));
        world.known(
                new Caches(
                        Optional.of(now.plusSeconds(60)),
                        Map.of("1", now),
                        IntStream.range(0, 48).mapToObj(i -> cache(i, now)).toList()));
    }

    private static Cache cache(int i, Instant now) {
        Optional<Between> until =
                i == 0
                        ? Optional.empty()
                        : Optional.of(Between.of(now.plusSeconds(i), now.plusSeconds(i + 1)));
        return new Cache(
                "r" + i,
                "",
                "",
                1,
                i == 0 ? AnswerVerdict.NEXT : AnswerVerdict.OLD,
                now,
                i,
                20,
                until,
                i == 0 ? Optional.of(now.plusSeconds(300)) : Optional.empty(),
                false,
                i == 47 ? TtlHabit.SERVES_STALE : TtlHabit.KEEPS,
                0);
    }

    private String phase() {
        return given().header("Authorization", "Bearer " + world.key("viewer"))
                .get("/api/v1/cutovers/acme-1")
                .path("phase");
    }

    private String signIn(String who) {
        return given().redirects()
                .follow(false)
                .formParam("key", world.key(who))
                .post("/sign-in")
                .cookie(Visit.COOKIE);
    }

    private static String csrf(String cookie) {
        return Jsoup.parse(with(cookie).get("/").asString())
                .select("input[name=csrf]")
                .attr("value");
    }

    private static RequestSpecification with(String cookie) {
        return given().redirects().follow(false).accept(HTML).cookie(Visit.COOKIE, cookie);
    }
}
