package dev.cutover.cloudflare;

import static dev.cutover.cloudflare.CloudflareLab.REF;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.HostileServer;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.net.Trust;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog;
import dev.cutover.port.Deadline;
import dev.cutover.port.Fence;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The zone adapter against an API that answers what no API should: nothing is made up from it.
class HostileProviderTest {
    private static final String ID = "023e105f4ecef8ad9ca31a8372d0c353";
    private static final String ZONES =
            "{\"success\":true,\"result\":[{\"id\":\""
                    + ID
                    + "\",\"name\":\"acme.example\",\"status\":\"active\"}]}";
    private static final String GOOD =
            "{\"id\":\"r1\",\"name\":\"www.acme.example\",\"type\":\"A\",\"content\":\"198.51.100.10\","
                    + "\"ttl\":300,\"proxied\":false,\"comment\":null}";

    private static Vertx vertx;
    private static PinnedHttp http;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
        http = new PinnedHttp(vertx, Trust.system(), EgressPolicy.opening(List.of("127.0.0.0/8")));
    }

    @AfterAll
    static void close() {
        http.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void a_listing_of_the_expected_form_is_read() {
        try (HostileServer server = listing(page(GOOD, "1"))) {
            assertThat(zone(server).read(REF, call()).records())
                    .singleElement()
                    .extracting(DnsRecord::content)
                    .isEqualTo("198.51.100.10");
        }
    }

    /// One field of a planned type is another kind of JSON: read as text it would be another value.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "\"content\":\"198.51.100.10\"; \"content\":null; content that is none",
                "\"content\":\"198.51.100.10\"; \"content\":[\"198.51.100.10\"]; seen array",
                "\"content\":\"198.51.100.10\"; \"content\":198; seen number",
                "\"content\":\"198.51.100.10\",; ; seen missing",
                "\"ttl\":300; \"ttl\":\"300\"; ttl that is none",
                "\"ttl\":300; \"ttl\":1e99; ttl that is none",
                "\"ttl\":300; \"ttl\":-1; ttl that is none",
                "\"ttl\":300; \"ttl\":99999999999; ttl that is none",
                "\"proxied\":false; \"proxied\":\"false\"; proxied that is none",
                "\"comment\":null; \"comment\":{}; comment that is none",
                "\"id\":\"r1\"; \"id\":1; id that is none",
            })
    void a_planned_record_of_another_form_is_no_record(String find, String put, String words) {
        String broken = GOOD.replace(find, put == null ? "" : put);
        assertThat(broken).isNotEqualTo(GOOD);
        try (HostileServer server = listing(page(broken, "1"))) {
            fails(server, words);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{\"success\":true,\"result\":{}}; listed no records",
                "{\"success\":true,\"result\":null}; listed no records",
                "{\"success\":\"yes\",\"result\":[]}; 200 without an error",
                "[]; 200 without an error",
                "<html>maintenance</html>; 200 without an error",
                "{\"success\":true,\"result\":[],\"result_info\":{\"total_count\":1000000000}}; 0 of 1000000000",
            })
    void an_answer_that_is_no_listing_is_none(String body, String words) {
        try (HostileServer server = listing(body)) {
            fails(server, words);
        }
    }

    /// Every page says that there are a thousand million more, with the same record or a new one.
    @Test
    void pages_that_never_end_are_left() {
        try (HostileServer same = listing(page(GOOD, "1000000000"))) {
            fails(same, "changed while its pages were read");
        }
        int[] page = {0};
        try (HostileServer fresh =
                server(
                        (head, out) -> {
                            page[0]++;
                            out.write(
                                    HostileServer.page(
                                            200,
                                            "",
                                            page(
                                                    GOOD.replace("\"r1\"", "\"r" + page[0] + "\""),
                                                    "1000000000")));
                            return true;
                        })) {
            fails(fresh, "has more than 50000 records");
            assertThat(page[0]).isEqualTo(10);
        }
    }

    /// Sixteen megabytes of brackets take a gigabyte as a tree.
    @Test
    void an_answer_of_nothing_but_brackets_is_not_made_into_a_tree() {
        String brackets = "{},".repeat(5_000_000);
        try (HostileServer server = listing("{\"success\":true,\"result\":[" + brackets + "{}]}")) {
            fails(server, "200 without an error");
        }
    }

    @Test
    void a_body_without_end_is_cut_and_a_dripping_one_ends_with_the_deadline() {
        try (HostileServer endless =
                server(
                        (head, out) -> {
                            out.write(start());
                            byte[] more = " ".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
                            while (true) {
                                out.write(more);
                            }
                        })) {
            fails(endless, "a body that does not end");
        }
        try (HostileServer dripping =
                server(
                        (head, out) -> {
                            out.write(start());
                            while (true) {
                                out.write(' ');
                                out.flush();
                                pause();
                            }
                        })) {
            // It drips for ever: nothing but the deadline can end this.
            Deadline deadline = Deadline.in(Duration.ofSeconds(2));
            assertThatThrownBy(
                            () ->
                                    zone(dripping)
                                            .read(
                                                    REF,
                                                    new Call("acme-1", "x", deadline, Fence.OPEN)))
                    .isInstanceOf(PortException.class);
        }
    }

    /// A write that is answered with nonsense may have taken effect: it is said, and not repeated.
    @Test
    void a_write_answered_with_nonsense_is_sent_once_and_its_effect_unknown() {
        int[] writes = {0};
        try (HostileServer server =
                server(
                        (head, out) -> {
                            writes[0]++;
                            out.write(HostileServer.page(200, "", "<html>fine</html>"));
                            return true;
                        })) {
            DnsRecord www =
                    DnsRecord.of(CloudflareLab.ACME, RecordType.A, "198.51.100.10", 300, false);
            assertThatThrownBy(
                            () ->
                                    zone(server)
                                            .apply(
                                                    REF,
                                                    List.of(new RecordWrite.Create(www)),
                                                    call()))
                    .isInstanceOfSatisfying(
                            PortException.class,
                            e -> assertThat(e.category()).isEqualTo(Category.TRANSIENT))
                    .hasMessageContaining("unknown whether it took effect");
            assertThat(writes[0]).isEqualTo(1);
        }
    }

    private static void fails(HostileServer server, String words) {
        assertThatThrownBy(() -> zone(server).read(REF, call()))
                .isInstanceOf(PortException.class)
                .hasMessageContaining(words);
    }

    private static String page(String records, String total) {
        return "{\"success\":true,\"result\":["
                + records
                + "],\"result_info\":{\"total_count\":"
                + total
                + ",\"total_pages\":1000000000}}";
    }

    private static byte[] start() {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"success\":true,"
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static HostileServer listing(String body) {
        return server(
                (head, out) -> {
                    out.write(HostileServer.page(200, "", body));
                    return true;
                });
    }

    /// Finds the zone; everything else is the script's.
    private static HostileServer server(HostileServer.Script script) {
        return HostileServer.plain(
                (String head, OutputStream out) -> {
                    if (head.startsWith("GET /client/v4/zones?")) {
                        out.write(HostileServer.page(200, "", ZONES));
                        return true;
                    }
                    return script.answer(head, out);
                });
    }

    private static CloudflareZone zone(HostileServer server) {
        return new CloudflareZone(
                new CloudflareApi(
                        URI.create("http://127.0.0.1:" + server.port() + "/client/v4"),
                        http,
                        new Secrets(Set.of("CF_TOKEN"), Optional.empty(), name -> "token"),
                        CallLog.NONE,
                        InstantSource.system()));
    }

    private static Call call() {
        return new Call("acme-1", "look", Deadline.in(Duration.ofMinutes(2)), Fence.OPEN);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(Duration.ofMillis(200));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
