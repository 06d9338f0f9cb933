package dev.cutover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose folder may be removed, and when. */
class DemoFolderTest {
    private static final Instant NOW = Instant.parse("2026-12-06T02:00:00Z");

    /** Above what Linux gives out: 2^22. */
    private static final String DEAD = "4194305";

    @TempDir Path temporary;

    @Test
    void what_a_killed_demo_left_goes_after_a_day_and_nothing_else() throws IOException {
        Path ours = lab("ours");
        Path dead = lab("dead");
        owned(dead, DEAD, Duration.ofHours(25));
        Path fresh = lab("fresh");
        owned(fresh, DEAD, Duration.ofHours(23));
        Path running = lab("running");
        owned(running, Long.toString(ProcessHandle.current().pid()), Duration.ofDays(9));
        Path kept = lab("kept");
        DemoFolder.own(kept).keep();
        Path strange = lab("strange");
        owned(strange, "1; rm", Duration.ofDays(9));
        Path others = Files.createDirectories(temporary.resolve("somebody-else"));
        owned(others, DEAD, Duration.ofDays(9));

        DemoFolder.removeLeftBehind(ours, NOW);

        assertThat(dead).doesNotExist();
        assertThat(temporary).isDirectoryContaining(f -> f.equals(others));
        for (Path stays : new Path[] {ours, fresh, running, kept, strange, others}) {
            assertThat(stays).isDirectory();
        }
    }

    @Test
    void its_own_folder_is_removed_without_what_links_lead_to() throws IOException {
        Path outside = Files.writeString(temporary.resolve("outside"), "stays");
        Path ours = lab("ours");
        Files.createDirectories(ours.resolve("a/b"));
        Files.writeString(ours.resolve("a/b/file"), "goes");
        Files.createSymbolicLink(ours.resolve("a/link"), temporary);

        DemoFolder.own(ours).remove();

        assertThat(ours).doesNotExist();
        assertThat(outside).hasContent("stays");
    }

    private Path lab(String name) throws IOException {
        return Files.createDirectories(temporary.resolve("cutover-lab-" + name));
    }

    private static void owned(Path folder, String pid, Duration ago) throws IOException {
        Path owner = Files.writeString(folder.resolve("demo.pid"), pid);
        Files.setLastModifiedTime(owner, FileTime.from(NOW.minus(ago)));
    }
}
