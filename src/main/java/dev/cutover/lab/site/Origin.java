package dev.cutover.lab.site;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.CallTap.Kind;
import dev.cutover.lab.CallTap.Moment;
import dev.cutover.lab.http.LoopbackServer;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.http.Request;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One web server of the lab's site: serves a folder over HTTPS and takes orders.
 *
 * <p>Every answer carries {@code X-Origin} with the side's name; pages carry it in a meta element
 * too. The folder is read anew for each request, so content that is swapped beneath it is served at
 * once. Asked for a name it does not serve, it answers 421. Source: RFC 9110 section 15.5.20.
 */
public final class Origin implements WebServer {

    /** The user agent of the lab's own visitors, of whose calls the tap is not told. */
    static final String VISITOR_AGENT = "LabVisitor/1";

    /**
     * What an origin is.
     *
     * @param side the word it marks its answers with: {@code staging}, {@code production}
     * @param address inside 127.0.0.0/8
     * @param port 0 for any
     * @param folder the site's files; may be a symbolic link that is changed while serving
     * @param base the public address of the site, scheme, host and port
     * @param served host names answered with the site
     * @param redirected host names answered with a redirect to {@code base}, such as the apex
     */
    public record Setup(
            String side,
            String address,
            int port,
            Path folder,
            URI base,
            Set<String> served,
            Set<String> redirected) {}

    private final Setup setup;
    private final ServerNames names;
    private final CallTap tap;
    private final LoopbackServer server;
    private final OriginFaults faults = new OriginFaults();
    private final AtomicLong ordersTaken = new AtomicLong();
    private final AtomicLong ordersRefused = new AtomicLong();
    private volatile boolean readOnly;

    /** Starts to serve at once. */
    public Origin(Setup setup, ServerNames names, CallTap tap) {
        this.setup = setup;
        this.names = names;
        this.tap = tap;
        this.server =
                new LoopbackServer(
                        setup.address(),
                        setup.port(),
                        Optional.of(names.keyManager()),
                        1 << 20,
                        this::answered);
    }

    /** The address it listens on, as text. */
    public String address() {
        return setup.address();
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** What can be made to go wrong. */
    public OriginFaults faults() {
        return faults;
    }

    /** The certificates it presents; may be changed while it serves. */
    public ServerNames certificates() {
        return names;
    }

    /** While true connections are refused, as when the server is down. */
    public void down(boolean down) {
        server.refuse(down);
    }

    @Override
    public void failing(int status) {
        faults.failing(status, 1_000, 1, 1);
    }

    @Override
    public void robotsBlocked(boolean blocked) {
        faults.robotsBlocked(blocked);
    }

    @Override
    public void noindex(boolean told) {
        faults.noindex(told);
    }

    @Override
    public void repair() {
        faults.none();
    }

    @Override
    public void readOnly(boolean fenced) {
        readOnly = fenced;
    }

    /** How many orders were taken. */
    public long ordersTaken() {
        return ordersTaken.get();
    }

    /** How many orders were refused because the side was read-only. */
    public long ordersRefused() {
        return ordersRefused.get();
    }

    @Override
    public void close() {
        server.close();
    }

    private Reply answered(Request request) throws IOException, InterruptedException {
        // The edge tells of the calls that come through it, visitors are the lab itself.
        var told =
                request.header("cf-ray").isEmpty()
                        && !request.header("user-agent").orElse("").equals(VISITOR_AGENT);
        var detail = setup.side() + " " + request.method() + " " + request.path();
        if (told) {
            tap.at(Kind.PAGE, Moment.BEFORE, detail);
        }
        var latency = faults.latency();
        if (!latency.isZero()) {
            Thread.sleep(latency);
        }
        if (faults.isCutting()) {
            return new Reply.Cut();
        }
        var answer = marked(page(request));
        if (!told) {
            return answer;
        }
        tap.at(Kind.PAGE, Moment.DURING, detail);
        return answer.then(() -> tap.at(Kind.PAGE, Moment.AFTER, detail));
    }

    private Reply.Answer marked(Reply.Answer answer) {
        var marked =
                answer.with("X-Origin", setup.side())
                        .with("Strict-Transport-Security", "max-age=31536000");
        return faults.isNoindex() ? marked.with("X-Robots-Tag", "noindex") : marked;
    }

    private Reply.Answer page(Request request) throws IOException {
        var host = request.host();
        if (setup.redirected().contains(host)) {
            var target = request.query().isEmpty() ? "" : "?" + request.query();
            return Reply.empty(301).with("Location", setup.base() + request.path() + target);
        }
        if (!setup.served().contains(host)) {
            return Reply.text(421, "text/plain", "this server does not serve " + host + "\n");
        }
        var failure = faults.takeFailure(request.path());
        if (failure.isPresent()) {
            return Reply.text(failure.getAsInt(), "text/html", "<h1>Something went wrong</h1>\n")
                    .with("Cache-Control", "no-store");
        }
        var maintenance = faults.maintenance();
        if (maintenance.isPresent()) {
            return Reply.text(
                            maintenance.get(),
                            "text/html; charset=utf-8",
                            "<title>Back soon</title><h1>We are moving. Back soon.</h1>\n")
                    .with("Cache-Control", "no-store")
                    .with("Retry-After", "600");
        }
        if (faults.hasLoginWall()) {
            return Reply.text(401, "text/html", "<h1>Log in</h1>\n")
                    .with("WWW-Authenticate", "Basic realm=\"staging\"")
                    .with("Cache-Control", "no-store");
        }
        return switch (request.method()) {
            case "GET", "HEAD" -> read(request);
            case "POST" -> order(request);
            default -> Reply.empty(405).with("Allow", "GET, HEAD, POST");
        };
    }

    private Reply.Answer order(Request request) {
        if (!request.path().equals("/orders")) {
            return Reply.empty(405).with("Allow", "GET, HEAD");
        }
        if (readOnly) {
            ordersRefused.incrementAndGet();
            return Reply.json(503, "{\"error\":\"orders are closed for a moment\"}")
                    .with("Retry-After", "30")
                    .with("Cache-Control", "no-store");
        }
        var number = ordersTaken.incrementAndGet();
        return Reply.json(201, "{\"order\":\"%s-%d\"}".formatted(setup.side(), number))
                .with("Cache-Control", "no-store");
    }

    private Reply.Answer read(Request request) throws IOException {
        var path = request.path();
        if (path.equals("/robots.txt") && faults.isRobotsBlocked()) {
            return Reply.text(200, "text/plain", "User-agent: *\nDisallow: /\n");
        }
        var redirect = redirect(path);
        if (redirect.isPresent()) {
            return Reply.empty(301).with("Location", setup.base() + redirect.get());
        }
        var bytes = file(path.endsWith("/") ? path + "index.html" : path);
        if (bytes.isEmpty() || path.equals("/redirects.csv")) {
            return Reply.text(
                            404,
                            "text/html; charset=utf-8",
                            "<title>Not found</title><h1>Not found</h1>\n")
                    .with("Cache-Control", "no-store");
        }
        return whole(request, path, bytes.get());
    }

    private Reply.Answer whole(Request request, String path, byte[] file) {
        var type = mediaType(path);
        var body = file;
        if (type.startsWith("text/html")) {
            var text = new String(file, StandardCharsets.UTF_8);
            body = text.replace("{{origin}}", setup.side()).getBytes(StandardCharsets.UTF_8);
        }
        var tag = '"' + digest(body) + '"';
        var cache = cacheControl(path);
        if (request.header("if-none-match").filter(tag::equals).isPresent()) {
            return Reply.empty(304).with("ETag", tag).with("Cache-Control", cache);
        }
        var answer = Reply.bytes(200, type, body).with("ETag", tag).with("Cache-Control", cache);
        if (path.startsWith("/admin") || path.equals("/about.html")) {
            answer =
                    answer.withAll(
                            "Set-Cookie",
                            List.of("seen=1; Path=/; Secure; HttpOnly; SameSite=Lax"));
        }
        return answer;
    }

    private Optional<String> redirect(String path) throws IOException {
        if (!path.startsWith("/old/")) {
            return Optional.empty();
        }
        var list = file("/redirects.csv");
        if (list.isEmpty()) {
            return Optional.empty();
        }
        for (var row : new String(list.get(), StandardCharsets.UTF_8).lines().toList()) {
            var cells = row.split(",", 3);
            if (cells.length == 3 && cells[0].equals(path)) {
                return Optional.of(cells[1]);
            }
        }
        return Optional.empty();
    }

    private Optional<byte[]> file(String path) throws IOException {
        // Twice, because a promotion may swap the folder between two steps of the look-up.
        for (var attempt = 0; attempt < 2; attempt++) {
            try {
                var folder = setup.folder().toRealPath();
                var file = folder.resolve(path.substring(1)).normalize();
                if (file.startsWith(folder) && Files.isRegularFile(file)) {
                    return Optional.of(Files.readAllBytes(file));
                }
            } catch (NoSuchFileException e) {
                // Looked up once more.
            }
        }
        return Optional.empty();
    }

    private static String cacheControl(String path) {
        if (path.startsWith("/admin") || path.startsWith("/api/")) {
            return "no-store";
        }
        if (path.startsWith("/assets/")) {
            return "public, max-age=86400";
        }
        if (path.equals("/robots.txt") || path.equals("/sitemap.xml")) {
            return "public, max-age=600";
        }
        return path.equals("/") ? "public, max-age=60" : "public, max-age=300";
    }

    private static String mediaType(String path) {
        var dot = path.lastIndexOf('.');
        return switch (path.endsWith("/") || dot < 0 ? "html" : path.substring(dot + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "json" -> "application/json";
            case "xml" -> "application/xml";
            case "txt" -> "text/plain; charset=utf-8";
            default -> "application/octet-stream";
        };
    }

    private static String digest(byte[] body) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(body);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no SHA-256 in this JVM", e);
        }
    }
}
