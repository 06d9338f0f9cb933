package dev.cutover.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.json.EventJson;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// One line of the journal.
///
/// @param seq from 1, without gaps
/// @param text the same fact as a sentence
/// @param data what the fact carries
public record EventView(
        long seq,
        Instant at,
        String by,
        String type,
        String text,
        @Schema(type = SchemaType.OBJECT, implementation = Object.class) JsonNode data) {
    private static final EventJson JSON = new EventJson();

    static EventView of(JournalEntry entry) {
        JsonNode document = JSON.document(entry);
        return new EventView(
                entry.seq(),
                entry.at(),
                entry.by(),
                document.path("type").asText(),
                EventWords.of(entry.event()),
                document.path("data"));
    }

    /// A line without its data, for lists of the latest.
    public record Brief(long seq, Instant at, String by, String text) {
        static Brief of(JournalEntry entry) {
            return new Brief(entry.seq(), entry.at(), entry.by(), EventWords.of(entry.event()));
        }
    }
}
