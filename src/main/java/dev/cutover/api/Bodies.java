package dev.cutover.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Reads request bodies: bounded, strict, and with line and column when they are wrong.
final class Bodies {
    /// The largest body. A plan with its lists of a thousand pages is a tenth of it.
    static final int MOST_BYTES = 4 * 1024 * 1024;

    private static final int MOST_NESTING = 10;

    private static final ObjectMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxDocumentLength(MOST_BYTES)
                                                    .maxStringLength(MOST_BYTES)
                                                    .maxNestingDepth(MOST_NESTING)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private Bodies() {}

    /// The body as a request. What is beyond the bound is not read.
    ///
    /// @throws ProblemException 400 with line and column, or 413
    static <T> T read(InputStream body, Class<T> type) {
        return read(bytes(body), type);
    }

    private static byte[] bytes(InputStream body) {
        try {
            return body.readNBytes(MOST_BYTES + 1);
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.unreadable("expected a whole body, seen one that ends early"));
        }
    }

    /// As {@link #read(InputStream, Class)}, of a body that was read.
    static <T> T read(byte[] body, Class<T> type) {
        if (body.length > MOST_BYTES) {
            throw new ProblemException(Problem.tooLarge(MOST_BYTES));
        }
        if (body.length == 0) {
            throw new ProblemException(
                    Problem.badBody("expected a JSON object, seen no body", 0, 0));
        }
        if (!isUtf8(body)) {
            throw new ProblemException(
                    Problem.badBody("expected JSON in UTF-8 (RFC 8259), seen other bytes", 0, 0));
        }
        try {
            T request = JSON.readValue(body, type);
            if (request == null) {
                throw new ProblemException(
                        Problem.badBody("expected a JSON object, seen null", 1, 1));
            }
            return request;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new ProblemException(
                    Problem.badBody(
                            detail(e),
                            at == null ? 0 : at.getLineNr(),
                            at == null ? 0 : at.getColumnNr()));
        } catch (IOException e) {
            throw new ProblemException(Problem.badBody("the body cannot be read", 0, 0));
        }
    }

    private static boolean isUtf8(byte[] body) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /// As {@link #read}, where no body means an empty object.
    static <T> T readOptional(InputStream body, Class<T> type) {
        byte[] read = bytes(body);
        return read.length == 0 ? read(new byte[] {'{', '}'}, type) : read(read, type);
    }

    /// Says what is wrong without naming classes of ours or repeating the body.
    private static String detail(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return "unknown member '"
                    + unknown.getPropertyName()
                    + "', expected only "
                    + unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .collect(Collectors.toCollection(TreeSet::new));
        }
        if (e instanceof JsonMappingException wrong && !wrong.getPath().isEmpty()) {
            return "member '"
                    + wrong.getPath().stream()
                            .map(
                                    r ->
                                            r.getFieldName() == null
                                                    ? "[" + r.getIndex() + "]"
                                                    : r.getFieldName())
                            .collect(Collectors.joining("."))
                    + "' is not of the kind this call takes";
        }
        if (e instanceof JsonMappingException) {
            return "expected one JSON object, seen something else";
        }
        return "not JSON: " + e.getOriginalMessage().lines().findFirst().orElse("cannot be read");
    }

    /// A digest of a request as read and of the condition it was made under, 64 hex digits.
    static String digest(Object request, String condition) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(JSON.writeValueAsBytes(request));
            sha.update((byte) '\n');
            sha.update(condition.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha.digest());
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("what was read can be written", e);
        }
    }
}
