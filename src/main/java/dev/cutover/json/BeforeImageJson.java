package dev.cutover.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.image.BeforeImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * A before-image as a document that stands alone: with it and the provider's token a zone is put back, the
 * controller and its database gone. People may read it, so it is indented.
 *
 * <p>{@code {"format": "cutover-before-image", "v": 1, ...}} with the image's own fields beside. It holds
 * the token's reference, never the token.
 */
public final class BeforeImageJson {
    /** The largest document read, in bytes. */
    public static final int MOST_BYTES = CoreJson.MOST_CHARACTERS;

    private static final String FORMAT = "cutover-before-image";
    private static final int VERSION = 1;

    private BeforeImageJson() {}

    /** The document, ending with a line feed. */
    public static String write(BeforeImage image) {
        ObjectMapper mapper = CoreJson.mapper();
        ObjectNode document = mapper.createObjectNode();
        document.put("format", FORMAT);
        document.put("v", VERSION);
        document.setAll((ObjectNode) mapper.valueToTree(image));
        return document.toPrettyString() + "\n";
    }

    /**
     * Reads a document from a stream, which is left open.
     *
     * @throws UnreadableJsonException when it is no before-image this program can read
     * @throws IOException when the stream fails
     */
    public static BeforeImage read(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        return read(bytes);
    }

    /**
     * Reads a document.
     *
     * @throws UnreadableJsonException when it is no before-image this program can read
     */
    public static BeforeImage read(byte[] bytes) {
        if (bytes.length > MOST_BYTES) {
            throw refuse("expected at most " + MOST_BYTES + " bytes, seen more");
        }
        return read(new String(bytes, StandardCharsets.UTF_8));
    }

    private static BeforeImage read(String text) {
        ObjectMapper mapper = CoreJson.mapper();
        try {
            JsonNode tree = mapper.readTree(text);
            if (!(tree instanceof ObjectNode document)) {
                throw refuse("expected a JSON object, seen " + tree.getNodeType());
            }
            expect(document, "format", "\"" + FORMAT + "\"");
            expect(document, "v", String.valueOf(VERSION));
            document.remove("format");
            document.remove("v");
            return mapper.treeToValue(document, BeforeImage.class);
        } catch (JsonProcessingException e) {
            throw new UnreadableJsonException(
                    "not a before-image: " + CoreJson.problem(e) + "; nothing was changed", e);
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
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    private static UnreadableJsonException refuse(String why) {
        return new UnreadableJsonException("not a before-image: " + why + "; nothing was changed");
    }
}
