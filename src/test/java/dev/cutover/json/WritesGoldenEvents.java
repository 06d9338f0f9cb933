package dev.cutover.json;

import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// Writes the golden files that are missing; run by hand after an event type or version was added.
/// One that exists is never touched.
final class WritesGoldenEvents {
    private WritesGoldenEvents() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of("src/test/resources/golden/events");
        for (Event event : SampleEvents.oneOfEach()) {
            write(folder, event, "");
        }
        for (Event event : SampleEvents.variants()) {
            Object inside =
                    switch (event) {
                        case Event.PhaseEntered p -> p.phase();
                        case Event.ActionIntended a -> a.spec();
                        case Event.ActionEnded a -> a.ending();
                        default -> throw new IllegalStateException("no variants of " + event);
                    };
            String words = inside.getClass().getSimpleName().replaceAll("(?<!^)([A-Z])", "-$1");
            write(folder, event, "." + words.toLowerCase(Locale.ROOT));
        }
    }

    private static void write(Path folder, Event event, String variant) throws IOException {
        String type = event.getClass().getSimpleName();
        Path file =
                folder.resolve(
                        type + ".v" + EventVersions.CURRENT.newest(type) + variant + ".json");
        if (!Files.exists(file)) {
            var entry = new JournalEntry(SampleEvents.ID, 1, SampleEvents.NOW, "kim", event);
            Files.writeString(file, new EventJson().document(entry).toPrettyString() + "\n");
        }
    }
}
