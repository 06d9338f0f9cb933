package dev.cutover.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import java.time.Instant;

/**
 * The journal's events as JSON: {@code {type, v, at, by, data}}. Safe for concurrent use.
 *
 * <p>{@code data} holds the event's own components. What was ever written can be read for ever: see
 * {@link EventVersions}.
 */
public final class EventJson {
    private final EventVersions versions;
    private final ObjectMapper mapper = CoreJson.mapper();
    private final ObjectReader reader = mapper.readerFor(Event.class);

    public EventJson() {
        this(EventVersions.CURRENT);
    }

    EventJson(EventVersions versions) {
        this.versions = versions;
    }

    /**
     * An event in its parts, as a store keeps them.
     *
     * @param type the event's simple name
     * @param version from 1
     * @param data its components, a JSON object in ASCII
     */
    public record Stored(String type, int version, String data) {}

    /** An event in parts, at its newest version. */
    public Stored store(Event event) {
        return new Stored(type(event), versions.newest(type(event)), CoreJson.ascii(data(event)));
    }

    /**
     * The event that was stored.
     *
     * @throws UnknownEventException when a newer program wrote it
     * @throws UnreadableJsonException when it is damaged
     */
    public Event read(Stored stored) {
        if (stored.version() < 1 || stored.version() > versions.newest(stored.type())) {
            throw new UnknownEventException(
                    stored.type(), stored.version(), versions.newest(stored.type()));
        }
        try {
            return read(stored.type(), stored.version(), mapper.readTree(stored.data()));
        } catch (JsonProcessingException e) {
            throw unreadable(stored.type() + " v" + stored.version(), e);
        }
    }

    /** A line of the journal as one document. */
    public ObjectNode document(JournalEntry entry) {
        ObjectNode document = mapper.createObjectNode();
        document.put("type", type(entry.event()));
        document.put("v", versions.newest(type(entry.event())));
        document.put("at", entry.at().toString());
        document.put("by", entry.by());
        document.set("data", data(entry.event()));
        return document;
    }

    /**
     * The line of the journal that a document tells.
     *
     * @throws UnknownEventException when a newer program wrote it
     * @throws UnreadableJsonException when it is damaged
     */
    public JournalEntry read(CutoverId cutover, long seq, String document) {
        try {
            Envelope envelope = mapper.readValue(document, Envelope.class);
            return new JournalEntry(
                    cutover,
                    seq,
                    envelope.at(),
                    envelope.by(),
                    read(envelope.type(), envelope.v(), envelope.data()));
        } catch (JsonProcessingException e) {
            throw unreadable("event " + seq + " of " + cutover, e);
        }
    }

    private Event read(String type, int version, JsonNode data) throws JsonProcessingException {
        if (!(data instanceof ObjectNode object)) {
            throw new UnreadableJsonException(
                    type + " v" + version + ": expected an object, seen " + data.getNodeType());
        }
        ObjectNode now = versions.upcast(type, version, object);
        now.put(SealedTypes.PROPERTY, type);
        return reader.treeToValue(now, Event.class);
    }

    private ObjectNode data(Event event) {
        ObjectNode data = mapper.valueToTree(event);
        data.remove(SealedTypes.PROPERTY);
        return data;
    }

    private static String type(Event event) {
        return event.getClass().getSimpleName();
    }

    private static UnreadableJsonException unreadable(String what, JsonProcessingException e) {
        return new UnreadableJsonException(what + " cannot be read: " + CoreJson.problem(e), e);
    }

    private record Envelope(String type, int v, Instant at, String by, JsonNode data) {}
}
