package dev.cutover.imagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.plan.SetChange;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.store.ObjectStore;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.net.Trust;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The two places a before-image is kept in, and what may happen to them.
class ImageStoresTest {
    private static final String SECRET = "planted-image-token";
    private static final Instant AT = Instant.parse("2026-12-04T01:00:00Z");

    @TempDir Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final PinnedHttp http =
            new PinnedHttp(vertx, Trust.system(), EgressPolicy.opening(List.of("127.0.0.0/8")));
    private final ObjectStore store = new ObjectStore(SECRET, 1 << 20, CallTap.NONE);
    private final List<ProviderCall> log = new ArrayList<>();

    @AfterEach
    void stop() {
        store.close();
        http.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void a_file_is_whole_readable_by_its_owner_alone_and_replaced_in_one_go() throws IOException {
        Path images = folder.resolve("images");
        var files = new FileImages(images);

        String place = files.keep(image("first note"), call());
        assertThat(files.keep(image("second note"), call())).isEqualTo(place);

        assertThat(place).isEqualTo(images.resolve("acme-1.before-image.json").toString());
        assertThat(files.read(place, call())).isEqualTo(image("second note"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(place))))
                .isEqualTo("rw-------");
        try (var left = Files.list(images)) {
            assertThat(left).containsExactly(Path.of(place));
        }
    }

    @Test
    void a_file_that_is_gone_or_cut_is_said_to_be() throws IOException {
        var files = new FileImages(folder);
        String place = files.keep(image("note"), call());
        Files.writeString(Path.of(place), Files.readString(Path.of(place)).substring(0, 100));

        fails(() -> files.read(place, call()), Category.PERMANENT, "is no before-image");
        fails(
                () -> files.read(folder.resolve("gone").toString(), call()),
                Category.PERMANENT,
                "there is no before-image at");

        Path blocked = Files.writeString(folder.resolve("blocked"), "a file, no folder");
        fails(
                () -> new FileImages(blocked).keep(image("note"), call()),
                Category.TRANSIENT,
                "could not be kept");
    }

    @Test
    void off_the_node_the_image_is_the_same_and_every_call_is_logged_without_the_token() {
        var images = images();

        String place = images.keep(image("first"), call());
        assertThat(images.keep(image("second"), call())).isEqualTo(place);

        assertThat(place).isEqualTo(store.endpoint() + "acme-1.before-image.json");
        assertThat(images.read(place, call())).isEqualTo(image("second"));
        assertThat(log)
                .extracting(ProviderCall::method, ProviderCall::outcome)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("PUT", "201"),
                        org.assertj.core.groups.Tuple.tuple("PUT", "200"),
                        org.assertj.core.groups.Tuple.tuple("GET", "200"));
        assertThat(log.toString() + place).doesNotContain(SECRET);
    }

    @Test
    void what_the_store_does_is_sorted_by_whether_asking_again_can_help() {
        var images = images();
        store.failing(503);
        fails(() -> images.keep(image("n"), call()), Category.TRANSIENT, ": 503");
        store.failing(403);
        fails(() -> images.keep(image("n"), call()), Category.DENIED, ": 403");
        store.failing(0);

        store.loseNextResponseAfterEffect();
        fails(() -> images.keep(image("n"), call()), Category.TRANSIENT, "without an answer");
        assertThat(store.objects()).containsOnlyKeys("acme-1.before-image.json");

        fails(
                () -> images.read(store.endpoint() + "other.before-image.json", call()),
                Category.PERMANENT,
                ": 404");
        store.refuse(true);
        fails(() -> images.keep(image("n"), call()), Category.TRANSIENT, "connection refused");
    }

    @Test
    void the_credential_goes_to_no_other_place() {
        fails(
                () -> images().read("http://127.0.0.1:1/acme-1.before-image.json", call()),
                Category.PERMANENT,
                "is not below");
        assertThat(log).isEmpty();
    }

    private HttpImages images() {
        return new HttpImages(
                URI.create(store.endpoint().toString()),
                Optional.of("${env:IMAGES}"),
                http,
                new Secrets(Set.of("IMAGES"), Optional.empty(), Map.of("IMAGES", SECRET)::get),
                log::add,
                InstantSource.fixed(AT));
    }

    private static void fails(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call,
            Category category,
            String words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PortException.class, e -> assertThat(e.category()).isEqualTo(category))
                .hasMessageContaining(words)
                .hasMessageNotContaining(SECRET);
    }

    private static BeforeImage image(String note) {
        DnsName www = new DnsName("www.acme.example");
        DnsRecord before =
                new DnsRecord(
                        "0123456789abcdef0123456789abcdef",
                        www,
                        RecordType.A,
                        "198.51.100.10",
                        3600,
                        false,
                        note,
                        List.of("team:web"),
                        new TreeMap<>(Map.of("ipv4_only", "false")),
                        Optional.of(AT));
        return new BeforeImage(
                "acme-1",
                "cloudflare",
                new DnsName("acme.example"),
                "${env:CLOUDFLARE_API_TOKEN}",
                AT,
                List.of(
                        new SetChange(
                                www,
                                RecordType.A,
                                List.of(before),
                                List.of(before.withTtl(300)),
                                List.of(before.withContent("203.0.113.20")),
                                List.of(before),
                                1)));
    }

    private static Call call() {
        return Call.reading(
                "acme-1", "acme-1/take-before-image/1", Deadline.in(Duration.ofMinutes(1)));
    }
}
