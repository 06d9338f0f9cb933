package dev.cutover.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A reader of event streams on a plain socket, so that a test can cut it wherever it likes.
///
/// It reads as browsers do: an event counts when its empty line has come, the rest of a cut one is
/// dropped. Source: HTML Living Standard, section 9.2.6.
public final class StreamClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /// Small, so that a client that stops reading is noticed soon.
    private static final int RECEIVE_BYTES = 16 * 1024;

    private static final int PATIENCE_MILLIS = 30_000;

    private final URI base;
    private final String key;
    private @Nullable Socket socket;
    private @Nullable InputStream in;
    private int leftInChunk;
    private long bytesLeft = Long.MAX_VALUE;
    private int retryMillis;

    /// One event.
    public record Heard(String id, String event, JsonNode data) {}

    /// The stream ended, or was cut at a byte that was asked for.
    public static final class EndedException extends IOException {
        private static final long serialVersionUID = 1;

        EndedException(String why) {
            super(why);
        }

        /// Whether this side cut it, as it was told to.
        public boolean isCut() {
            return "cut".equals(getMessage());
        }
    }

    public StreamClient(URI base, String key) {
        this.base = base;
        this.key = key;
    }

    /// Closes the connection by itself after so many bytes of the body.
    public void cutAfter(long bytes) {
        bytesLeft = bytes;
    }

    /// Asks for a stream; the status that was answered.
    public int open(String path, Map<String, String> headers) throws IOException {
        Socket connected = new Socket();
        connected.setReceiveBufferSize(RECEIVE_BYTES);
        connected.connect(new InetSocketAddress(base.getHost(), base.getPort()));
        connected.setSoTimeout(PATIENCE_MILLIS);
        socket = connected;
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
        request.append("Host: ").append(base.getAuthority()).append("\r\n");
        request.append("Accept: text/event-stream\r\nAuthorization: Bearer ").append(key);
        headers.forEach((name, value) -> request.append("\r\n" + name + ": " + value));
        connected
                .getOutputStream()
                .write((request + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        InputStream answer = connected.getInputStream();
        in = answer;
        int status = Integer.parseInt(line(answer).substring(9, 12));
        while (!line(answer).isEmpty()) {
            // Headers are of no interest here.
        }
        return status;
    }

    /// The next event.
    ///
    /// @throws EndedException when there is none
    public Heard next() throws IOException {
        String id = "";
        String event = "";
        StringBuilder data = new StringBuilder();
        while (true) {
            String line = bodyLine();
            if (line.isEmpty() && !data.isEmpty()) {
                return new Heard(id, event, JSON.readTree(data.toString()));
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data.append(line.substring(6));
            } else if (line.startsWith("retry: ")) {
                retryMillis = Integer.parseInt(line.substring(7));
            } else if (!line.isEmpty() && !line.startsWith(":")) {
                throw new IOException("no line of an event stream: " + line);
            }
        }
    }

    /// Waits for a comment.
    public void awaitHeartbeat() throws IOException {
        while (!bodyLine().startsWith(":")) {
            // Whatever else comes.
        }
    }

    /// Reads comments and nothing else until the stream ends.
    ///
    /// @throws EndedException always, when it has ended
    void awaitHeartbeats() throws IOException {
        while (true) {
            awaitHeartbeat();
        }
    }

    /// Whether the stream was ended by the server, in order.
    public boolean isAtEnd() throws IOException {
        try {
            next();
            return false;
        } catch (EndedException e) {
            return "in order".equals(e.getMessage());
        }
    }

    public int retryMillis() {
        return retryMillis;
    }

    private String bodyLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = bodyByte(); b != '\n'; b = bodyByte()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /// One byte of the body, chunks undone. Source: RFC 9112 section 7.1.
    private int bodyByte() throws IOException {
        InputStream from = in;
        if (from == null) {
            throw new EndedException("not open");
        }
        if (bytesLeft-- <= 0) {
            close();
            throw new EndedException("cut");
        }
        if (leftInChunk == 0) {
            leftInChunk = Integer.parseInt(line(from), 16);
            if (leftInChunk == 0) {
                throw new EndedException("in order");
            }
        }
        int b = from.read();
        if (b < 0) {
            throw new EndedException("in the middle");
        }
        leftInChunk--;
        if (leftInChunk == 0) {
            line(from);
        }
        return b;
    }

    private static String line(InputStream from) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = from.read(); b != '\n'; b = from.read()) {
            if (b < 0) {
                throw new EndedException("in the middle");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        Socket open = socket;
        socket = null;
        in = null;
        if (open != null) {
            open.setSoLinger(true, 0);
            open.close();
        }
    }
}
