package dev.cutover.lab.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.http.LoopbackServer;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.http.Request;
import java.net.URI;

/**
 * Where the engine's process tells the world's process of the calls it serves.
 *
 * <p>Hands each to the tap and answers when the tap has returned, so a tap that blocks holds the
 * engine's call.
 */
public final class TapEndpoint implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final CallTap tap;
    private final LoopbackServer server;

    /** Listens on any free port of {@link LoopbackServer#PLAIN_ADDRESS}. */
    public TapEndpoint(CallTap tap) {
        this.tap = tap;
        this.server = LoopbackServer.plain(this::answered);
    }

    /** What the engine's process gets as {@code LAB_TAP_URL}. */
    public URI url() {
        return URI.create(server.uri() + "/tap");
    }

    @Override
    public void close() {
        server.close();
    }

    private Reply answered(Request request) {
        try {
            var call = JSON.readTree(request.text());
            tap.at(
                    CallTap.Kind.valueOf(call.path("kind").asText()),
                    CallTap.Moment.valueOf(call.path("moment").asText()),
                    call.path("detail").asText());
            return Reply.empty(204);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return Reply.text(400, "text/plain", "no call: " + e.getMessage());
        }
    }
}
