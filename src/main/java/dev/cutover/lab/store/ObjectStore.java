package dev.cutover.lab.store;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.CallTap.Kind;
import dev.cutover.lab.CallTap.Moment;
import dev.cutover.lab.http.LoopbackServer;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.http.Request;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A small object store over HTTP on loopback: PUT, GET, HEAD and DELETE of a path, by a bearer token.
 *
 * <p>PUT answers 201 for a new object and 200 for a replaced one; {@code If-None-Match: *} makes it
 * 412 when the object is there already. GET and HEAD carry {@code ETag}, the SHA-256 of the bytes.
 * An object over the size cap is refused with 413, a full store with 507. Safe for many threads.
 */
public final class ObjectStore implements AutoCloseable {

    private static final int MOST_OBJECTS = 10_000;

    private final byte[] token;
    private final CallTap tap;
    private final LoopbackServer server;
    private final TreeMap<String, byte[]> objects = new TreeMap<>();
    private volatile int failing;
    private boolean losing;

    /**
     * Starts on any free port of {@link LoopbackServer#PLAIN_ADDRESS}.
     *
     * @param token the bearer token callers must show
     * @param maxObjectBytes the largest object
     */
    public ObjectStore(String token, int maxObjectBytes, CallTap tap) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.tap = tap;
        this.server =
                new LoopbackServer(
                        LoopbackServer.PLAIN_ADDRESS,
                        0,
                        Optional.empty(),
                        maxObjectBytes,
                        this::answered);
    }

    /** The root under which objects are put, ending in {@code /}. */
    public URI endpoint() {
        return URI.create(server.uri() + "/");
    }

    /** Answers every call with this status instead; 0 ends it. */
    public void failing(int status) {
        failing = status;
    }

    /** The next PUT is kept, but its response never arrives. */
    public synchronized void loseNextResponseAfterEffect() {
        losing = true;
    }

    /** While true connections are refused. */
    public void refuse(boolean refused) {
        server.refuse(refused);
    }

    /** Every object by its path without the leading {@code /}. */
    public synchronized Map<String, byte[]> objects() {
        var copy = new TreeMap<String, byte[]>();
        objects.forEach((path, bytes) -> copy.put(path, bytes.clone()));
        return copy;
    }

    @Override
    public void close() {
        server.close();
    }

    private Reply answered(Request request) {
        var given = request.bearer().orElse("").getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(given, token)) {
            return Reply.text(401, "text/plain", "a bearer token is needed\n");
        }
        if (failing != 0) {
            return Reply.text(failing, "text/plain", "the store fails as told\n");
        }
        var path = request.path().substring(1);
        if (path.isEmpty() || path.length() > 512) {
            return Reply.text(400, "text/plain", "a path of 1 to 512 characters is needed\n");
        }
        var detail = request.method() + " " + request.path();
        tap.at(Kind.IMAGE_STORE, Moment.BEFORE, detail);
        var answer =
                switch (request.method()) {
                    case "PUT" -> put(path, request);
                    case "GET", "HEAD" -> get(path);
                    case "DELETE" -> delete(path);
                    default -> Reply.empty(405).with("Allow", "GET, HEAD, PUT, DELETE");
                };
        tap.at(Kind.IMAGE_STORE, Moment.DURING, detail);
        if (request.method().equals("PUT") && takeLost()) {
            return new Reply.Cut();
        }
        return answer.then(() -> tap.at(Kind.IMAGE_STORE, Moment.AFTER, detail));
    }

    private synchronized Reply.Answer put(String path, Request request) {
        var known = objects.containsKey(path);
        if (known && request.header("if-none-match").filter("*"::equals).isPresent()) {
            return Reply.text(412, "text/plain", "the object is there already\n");
        }
        if (!known && objects.size() == MOST_OBJECTS) {
            return Reply.text(507, "text/plain", "the store is full\n");
        }
        objects.put(path, request.body().clone());
        return Reply.empty(known ? 200 : 201).with("ETag", tag(request.body()));
    }

    private synchronized Reply.Answer get(String path) {
        var bytes = objects.get(path);
        return bytes == null
                ? Reply.text(404, "text/plain", "no such object\n")
                : Reply.bytes(200, "application/octet-stream", bytes).with("ETag", tag(bytes));
    }

    private synchronized Reply.Answer delete(String path) {
        return Reply.empty(objects.remove(path) == null ? 404 : 204);
    }

    private synchronized boolean takeLost() {
        var lost = losing;
        losing = false;
        return lost;
    }

    private static String tag(byte[] bytes) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return '"' + HexFormat.of().formatHex(hash) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no SHA-256 in this JVM", e);
        }
    }
}
