package dev.cutover.lab.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a lab server does with a request: answer it, or cut the connection without a word. */
public sealed interface Reply {

    /**
     * An answer that is sent whole.
     *
     * @param headers field names as they go out; Content-Length is set by the server
     * @param afterwards runs once the last byte was handed to the socket
     */
    @SuppressWarnings("ArrayRecordComponent") // a body is read once, never compared
    record Answer(int status, Map<String, List<String>> headers, byte[] body, Runnable afterwards)
            implements Reply {

        /** The same answer with one header set to one value. */
        public Answer with(String name, String value) {
            return withAll(name, List.of(value));
        }

        /** The same answer with one header set to the given values. */
        public Answer withAll(String name, List<String> values) {
            var copy = new LinkedHashMap<>(headers);
            copy.put(name, values);
            return new Answer(status, copy, body, afterwards);
        }

        /** The same answer, running something more once it was sent. */
        public Answer then(Runnable more) {
            var before = afterwards;
            return new Answer(
                    status,
                    headers,
                    body,
                    () -> {
                        before.run();
                        more.run();
                    });
        }
    }

    /** The connection is closed before any byte of an answer. */
    record Cut() implements Reply {}

    /** An answer of text in the given media type, UTF-8. */
    static Answer text(int status, String mediaType, String text) {
        return bytes(status, mediaType, text.getBytes(StandardCharsets.UTF_8));
    }

    static Answer json(int status, String json) {
        return text(status, "application/json", json);
    }

    /** An answer of bytes in the given media type. */
    static Answer bytes(int status, String mediaType, byte[] body) {
        return new Answer(status, Map.of("Content-Type", List.of(mediaType)), body, () -> {});
    }

    /** An answer without a body. */
    static Answer empty(int status) {
        return new Answer(status, Map.of(), new byte[0], () -> {});
    }
}
