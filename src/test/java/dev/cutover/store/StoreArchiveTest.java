package dev.cutover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.json.SampleEvents;
import dev.cutover.port.Lease;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// From the embedded server into Debian's, as a team does that outgrew its laptop.
@NullUnmarked
class StoreArchiveTest {
    private static TestDatabase here;
    private static TestDatabase there;

    @BeforeAll
    static void start() {
        there = TestDatabase.external();
        here = TestDatabase.embedded();
    }

    @AfterAll
    static void stop() {
        here.close();
        there.close();
    }

    @Nested
    class Moving extends StoreStory {
        @TempDir private Path folder;

        Moving() {
            super(here);
        }

        @Test
        void everything_is_there_afterwards_and_goes_on() throws Exception {
            there.clear();
            Cutover c = begin("acme");
            Lease lease = claimOnly("node-a");
            assertThat(journal.append(lease, c, List.of(new Event.StepServed(1)), NOW, NOW))
                    .isPresent();
            request(reload(c), new Input.Hold("kim", "tabs\tand \\ lines\nand ü"), NOW, key("k1"));
            Path file = written();

            StoreArchive.Summary summary = new StoreArchive(there.source()).read(file);

            assertThat(summary.cutovers()).isEqualTo(1);
            assertThat(summary.events()).isEqualTo(journal.entries(c.id(), 0, 100).size());
            SqlJournal moved = new SqlJournal(there.source());
            assertThat(moved.entries(c.id(), 0, 100)).isEqualTo(journal.entries(c.id(), 0, 100));
            assertThat(moved.load(c.id())).isEqualTo(journal.load(c.id()));
            try (var ownership = new SqlOwnership(there.source())) {
                assertThat(ownership.claim("node-b", 10))
                        .as("nobody waits for a lease of the old server")
                        .hasSize(1)
                        .allMatch(l -> l.epoch() > lease.epoch());
            }
            for (String table : StoreArchive.TABLES) {
                assertThat(there.column("SELECT count(*) FROM " + table))
                        .as(table)
                        .isEqualTo(here.column("SELECT count(*) FROM " + table));
            }
        }

        @Test
        void a_second_cutover_gets_the_next_number() throws Exception {
            there.clear();
            begin("acme", 1);
            new StoreArchive(there.source()).read(written());

            new SqlJournal(there.source())
                    .begin(
                            SampleEvents.scheduled(SampleEvents.plan("other", 1)),
                            "kim",
                            NOW,
                            Optional.empty());

            assertThat(there.column("SELECT created FROM cutover ORDER BY created"))
                    .doesNotHaveDuplicates()
                    .hasSize(2);
        }

        @Test
        void a_store_with_cutovers_is_never_mixed() throws Exception {
            there.clear();
            begin("acme");
            Path file = written();
            new StoreArchive(there.source()).read(file);

            assertThatThrownBy(() -> new StoreArchive(there.source()).read(file))
                    .isInstanceOf(StoreArchive.UnusableException.class)
                    .hasMessageContaining("already holds 1 cutovers");
        }

        @Test
        void a_changed_archive_is_refused_before_anything_is_written() throws Exception {
            there.clear();
            begin("acme");
            Path file = written();
            edit(file, "event.copy", "Scheduled", "Completed");

            assertThatThrownBy(() -> new StoreArchive(there.source()).read(file))
                    .isInstanceOf(StoreArchive.UnusableException.class)
                    .hasMessageContaining("event.copy was changed or cut short");
            assertThat(there.column("SELECT id FROM cutover")).isEmpty();
        }

        @Test
        void a_journal_with_a_gap_is_refused_and_nothing_is_left_behind() throws Exception {
            there.clear();
            Cutover c = begin("acme");
            request(c, new Input.Hold("kim", "odd"), NOW);
            here.executeHere("DELETE FROM event WHERE seq = 2");
            Path file = written();

            assertThatThrownBy(() -> new StoreArchive(there.source()).read(file))
                    .isInstanceOf(StoreArchive.UnusableException.class)
                    .hasMessageContaining("the journal of acme-1 is not whole")
                    .hasMessageContaining("expected entries 1 to 3, seen 2 up to 3");
            assertThat(there.column("SELECT id FROM cutover")).isEmpty();
        }

        /// Digests are right in all of these: somebody's copy went bad before it was exported.
        @ParameterizedTest(name = "{1}")
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "UPDATE event SET data = '[]' WHERE seq = 2"
                            + "| entry 2 of acme-1 (HoldRequested v1), data: | expected an object",
                    "UPDATE event SET data = '{}' WHERE seq = 2"
                            + "| entry 2 of acme-1 (HoldRequested v1), data: | expected a value",
                    "UPDATE event SET data = '{\"by\": 7, \"why\": \"x\"}' WHERE seq = 2"
                            + "| entry 2 of acme-1 (HoldRequested v1), data: | at by: expected text",
                    "UPDATE event SET data = '{\"phase\":{\"type\":\"Ended\"}}'::json WHERE seq = 3"
                            + "| entry 3 of acme-1 (PhaseEntered v1), data: | expected",
                    "UPDATE event SET type = 'Teleported' WHERE seq = 2"
                            + "| entry 2 of acme-1 (Teleported v1) | seen 'Teleported'; take another archive",
                    "UPDATE event SET v = 9 WHERE seq = 2"
                            + "| entry 2 of acme-1 (HoldRequested v9) | version 1 to 1, seen version 9",
                    "UPDATE event SET at = 'infinity' WHERE seq = 2"
                            + "| entry 2 of acme-1 (HoldRequested v1), at | seen infinity",
                    "UPDATE event SET by = ' ' WHERE seq = 2"
                            + "| entry 2 of acme-1 (HoldRequested v1), by | seen nothing",
                    "UPDATE event SET type = f.type, data = f.data FROM event f"
                            + " WHERE event.seq = 2 AND f.seq = 1"
                            + "| entry 2 of acme-1 (Scheduled v1) | only as the first event",
                    "UPDATE event SET type = f.type, data = f.data FROM event f"
                            + " WHERE event.seq = 1 AND f.seq = 2"
                            + "| entry 1 of acme-1 (HoldRequested v1) | expected Scheduled",
                    "UPDATE cutover SET live = false"
                            + "| cutover.copy, acme-1, live | expected true as its journal says, seen false",
                    "UPDATE cutover SET phase = 'Completed'"
                            + "| cutover.copy, acme-1, phase | seen Completed",
                    "UPDATE cutover SET number = 7"
                            + "| cutover.copy, acme-1, plan_name and number | seen acme-7",
                    "UPDATE cutover SET plan = '{}'"
                            + "| cutover.copy, acme-1, plan | expected a plan this program knows",
                    "DELETE FROM name_claim" + "| name_claim.copy, names of acme-1 | seen []",
                })
        void what_a_controller_could_not_go_on_from_is_refused(
                String damage, String place, String seen) throws Exception {
            there.clear();
            Cutover c = begin("acme");
            request(c, new Input.Hold("kim", "odd"), NOW);
            here.executeHere(damage);
            Path file = written();

            assertThatThrownBy(() -> new StoreArchive(there.source()).read(file))
                    .isInstanceOf(StoreArchive.UnusableException.class)
                    .hasMessageContaining(place)
                    .hasMessageContaining(seen);
            assertThat(there.column("SELECT id FROM cutover")).isEmpty();
            assertThat(there.column("SELECT seq FROM event")).isEmpty();
        }

        @Test
        void an_archive_of_an_older_version_is_read_at_its_schema() throws Exception {
            try (TestDatabase old = here.asOf("5");
                    TestDatabase target = there.asOf("5")) {
                new SqlJournal(old.source())
                        .begin(
                                SampleEvents.scheduled(SampleEvents.plan("acme", 1)),
                                "kim",
                                NOW,
                                Optional.empty());
                Path file = folder.resolve("old.zip");
                try (OutputStream out = Files.newOutputStream(file)) {
                    new StoreArchive(old.source()).write(out, NOW);
                }

                assertThat(StoreArchive.check(file)).isEqualTo("5");
                assertThat(new StoreArchive(target.source()).read(file).cutovers()).isEqualTo(1);
                assertThatThrownBy(() -> new StoreArchive(there.source()).read(file))
                        .isInstanceOf(StoreArchive.UnusableException.class)
                        .hasMessageContaining("the archive has schema version 5");
            }
        }

        @Test
        void a_table_left_out_is_missed() throws Exception {
            there.clear();
            begin("acme");
            Path file = written();
            edit(file, "manifest.json", "\"outbox\"", "\"inbox\"");

            assertThatThrownBy(() -> new StoreArchive(there.source()).read(file))
                    .isInstanceOf(StoreArchive.UnusableException.class)
                    .hasMessageContaining("outbox.copy is missing");
            assertThat(there.column("SELECT id FROM cutover")).isEmpty();
        }

        @Test
        void what_is_no_archive_is_told() throws Exception {
            Path text = Files.writeString(folder.resolve("a.zip"), "hello");
            assertThatThrownBy(() -> StoreArchive.check(text))
                    .isInstanceOf(StoreArchive.UnusableException.class)
                    .hasMessageContaining("no zip");
        }

        @Test
        void every_table_is_in_it() {
            assertThat(
                            here.column(
                                    "SELECT table_name FROM information_schema.tables"
                                            + " WHERE table_schema = current_schema()"
                                            + " AND table_name <> 'flyway_schema_history'"))
                    .containsAll(StoreArchive.LEFT_BEHIND)
                    .filteredOn(t -> !StoreArchive.LEFT_BEHIND.contains(t))
                    .containsExactlyInAnyOrderElementsOf(StoreArchive.TABLES);
        }

        private Path written() throws Exception {
            Path file = folder.resolve("store.zip");
            try (OutputStream out = Files.newOutputStream(file)) {
                new StoreArchive(here.source()).write(out, NOW);
            }
            return file;
        }

        private Cutover reload(Cutover c) {
            return journal.load(c.id()).orElseThrow();
        }

        private static Optional<String> key(String key) {
            return Optional.of(key);
        }

        private static void edit(Path zip, String entry, String from, String to)
                throws IOException {
            try (FileSystem files = FileSystems.newFileSystem(zip, Map.of())) {
                Path inside = files.getPath(entry);
                String text = Files.readString(inside, StandardCharsets.UTF_8);
                assertThat(text).contains(from);
                Files.writeString(inside, text.replace(from, to));
            }
        }
    }
}
