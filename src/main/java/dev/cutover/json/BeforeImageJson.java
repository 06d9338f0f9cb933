package dev.cutover.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.ImageFaults;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A before-image as a document that stands alone: with it and the provider's token a zone is put back, the
 * controller and its database gone. People may read it, so it is indented.
 *
 * <p>{@code {"format": "cutover-before-image", "v": 2, "digest": "sha256:...", ...}} with the image's own
 * fields beside. It holds the token's reference, never the token. The digest is over the rest of the
 * document without blanks and with its properties sorted, as {@code jq -cSj 'del(.digest)'} prints it: it
 * tells damage and edits apart from what was written. It is no signature: who can write the file can
 * write a new digest. Version 1, which held no parts of the edge, is still read.
 */
public final class BeforeImageJson {
    /** The largest document read, in bytes. */
    public static final int MOST_BYTES = CoreJson.MOST_CHARACTERS;

    private static final String FORMAT = "cutover-before-image";
    private static final int VERSION = 2;

    /** The version that knew records only. */
    private static final int RECORDS_ONLY = 1;

    private static final String DIGEST = "digest";

    private BeforeImageJson() {}

    /**
     * What was found in a document.
     *
     * @param image the image, which contradicts itself nowhere
     * @param edited how the digest differs from the content, in words; empty when the document is as
     *     it was written
     */
    public record Found(BeforeImage image, Optional<String> edited) {}

    /** The document, ending with a line feed. */
    public static String write(BeforeImage image) {
        ObjectMapper mapper = CoreJson.mapper();
        ObjectNode document = mapper.createObjectNode();
        document.put("format", FORMAT);
        document.put("v", VERSION);
        document.put(DIGEST, "");
        document.setAll((ObjectNode) mapper.valueToTree(image));
        document.put(DIGEST, digest(document));
        return document.toPrettyString() + "\n";
    }

    /**
     * Reads a document from a stream, which is left open.
     *
     * @throws UnreadableJsonException when it is no before-image this program can read, or is not as it
     *     was written
     * @throws IOException when the stream fails
     */
    public static BeforeImage read(InputStream in) throws IOException {
        return read(in.readNBytes(MOST_BYTES + 1));
    }

    /**
     * Reads a document.
     *
     * @throws UnreadableJsonException when it is no before-image this program can read, or is not as it
     *     was written
     */
    public static BeforeImage read(byte[] bytes) {
        Found found = find(bytes);
        if (found.edited().isPresent()) {
            throw refuse(found.edited().get());
        }
        return found.image();
    }

    /**
     * Reads a document that somebody may have edited by hand.
     *
     * @throws UnreadableJsonException when it is no before-image this program can read, or contradicts
     *     itself
     * @throws IOException when the stream fails
     */
    public static Found find(InputStream in) throws IOException {
        return find(in.readNBytes(MOST_BYTES + 1));
    }

    private static Found find(byte[] bytes) {
        if (bytes.length > MOST_BYTES) {
            throw refuse("expected at most " + MOST_BYTES + " bytes, seen more");
        }
        ObjectMapper mapper = CoreJson.mapper();
        try {
            JsonNode tree = mapper.readTree(new String(bytes, StandardCharsets.UTF_8));
            if (!(tree instanceof ObjectNode document)) {
                throw refuse("expected a JSON object, seen " + tree.getNodeType());
            }
            expect(document, "format", "\"" + FORMAT + "\"");
            boolean old = String.valueOf(RECORDS_ONLY).equals(String.valueOf(document.get("v")));
            if (!old) {
                expect(document, "v", String.valueOf(VERSION));
            }
            Optional<String> edited = edited(document);
            document.remove(List.of("format", "v", DIGEST));
            if (old) {
                document.putArray("edge");
            }
            BeforeImage image = mapper.treeToValue(document, BeforeImage.class);
            List<String> faults = ImageFaults.of(image);
            if (!faults.isEmpty()) {
                throw refuse("it contradicts itself: " + String.join("; ", faults));
            }
            return new Found(image, edited);
        } catch (JsonProcessingException e) {
            throw new UnreadableJsonException(
                    "not a before-image: " + CoreJson.problem(e) + "; nothing was changed", e);
        }
    }

    private static Optional<String> edited(ObjectNode document) {
        JsonNode seen = document.get(DIGEST);
        String expected = digest(document);
        return seen != null && seen.isTextual() && seen.textValue().equals(expected)
                ? Optional.empty()
                : Optional.of(
                        "it was changed after it was written: its content has the digest "
                                + expected
                                + ", its \"digest\" says "
                                + (seen == null ? "nothing" : shortened(seen.toString())));
    }

    private static String digest(ObjectNode document) {
        ObjectNode rest = document.deepCopy();
        rest.remove(DIGEST);
        try {
            // As a map, because the mapper sorts maps and keeps the order of trees.
            ObjectMapper mapper = CoreJson.mapper();
            byte[] canonical = mapper.writeValueAsBytes(mapper.convertValue(rest, Map.class));
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(canonical));
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("every document has a SHA-256", e);
        }
    }

    private static void expect(ObjectNode document, String property, String expected) {
        JsonNode seen = document.get(property);
        if (seen == null || !seen.toString().equals(expected)) {
            throw refuse(
                    "expected \""
                            + property
                            + "\": "
                            + expected
                            + ", seen "
                            + (seen == null ? "nothing" : shortened(seen.toString())));
        }
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }

    private static UnreadableJsonException refuse(String why) {
        return new UnreadableJsonException("not a before-image: " + why + "; nothing was changed");
    }
}
