package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.announce.Announcement;
import dev.cutover.core.life.ActionId;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.json.SampleEvents;
import dev.cutover.port.Announcer;
import dev.cutover.port.Deadline;
import dev.cutover.port.NotWritableException;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whoever is on call learns that the journal cannot be written, once, and that it can again. */
class JournalWatchTest {
    private final List<Announcement> said = new ArrayList<>();
    private Instant now = SampleEvents.NOW;
    private final JournalWatch watch =
            new JournalWatch(
                    List.of(new Listener()),
                    () -> now,
                    () -> Duration.between(SampleEvents.NOW, now).toNanos(),
                    Runnable::run);

    private final class Listener implements Announcer {
        @Override
        public String name() {
            return "phone";
        }

        @Override
        public String address() {
            return "here";
        }

        @Override
        public Heard announce(Announcement announcement, Deadline deadline) {
            said.add(announcement);
            return new Heard.Taken();
        }
    }

    @Test
    void a_full_disk_is_told_once_with_the_way_back_that_needs_no_database() {
        watch.drives(lowered());

        for (int i = 0; i < 120; i++) {
            watch.failed(full());
            watch.tookLittle();
            later(1);
        }

        assertThat(said).hasSize(1);
        assertThat(said.getFirst().urgent()).isTrue();
        assertThat(said.getFirst().text()).contains("its disk is full");
        assertThat(said.getFirst().steps()).anyMatch(s -> s.contains("cutover restore"));
        assertThat(said.getFirst().steps()).anyMatch(s -> s.contains("/var/images/1.json"));
    }

    @Test
    void it_is_told_when_the_journal_takes_events_again() {
        watch.drives(lowered());
        watch.failed(full());

        watch.wrote();
        watch.wrote();

        assertThat(said)
                .extracting(Announcement::code)
                .containsExactly("page.JournalNotWritten", "journal.Written");
    }

    @Test
    void what_fits_into_a_full_disk_is_no_all_clear_while_events_do_not_fit() {
        watch.drives(lowered());
        watch.failed(full());
        later(9);
        watch.tookLittle();
        assertThat(said).hasSize(1);

        later(1);
        watch.tookLittle();
        assertThat(said).extracting(Announcement::code).endsWith("journal.Written");
    }

    @Test
    void a_database_that_is_started_again_wakes_nobody_and_one_that_stays_away_does() {
        watch.drives(lowered());
        watch.failed(silent());
        later(20);
        watch.failed(silent());
        watch.wrote();
        assertThat(said).isEmpty();

        watch.failed(silent());
        // Its lease runs out meanwhile and the driver stops.
        watch.drivesNoMore(SampleEvents.ID);
        later(30);
        watch.failed(silent());
        assertThat(said).extracting(Announcement::code).containsExactly("page.JournalNotWritten");
    }

    private static PortException full() {
        return new NotWritableException("its disk is full", new IllegalStateException());
    }

    private static PortException silent() {
        return PortException.passing("connection refused");
    }

    private void later(int seconds) {
        now = now.plusSeconds(seconds);
    }

    private static Cutover lowered() {
        ActionId image = new ActionId(SampleEvents.ID, "take-before-image", 1);
        ActionId lower = new ActionId(SampleEvents.ID, "lower-ttls", 1);
        Instant deadline = SampleEvents.NOW.plusSeconds(30);
        List<Event> events =
                List.of(
                        SampleEvents.scheduled(SampleEvents.plan("acme-relaunch", 2)),
                        new Event.ActionIntended(image, new ActionSpec.TakeBeforeImage(), deadline),
                        new Event.ActionEnded(
                                image,
                                new Ending.ImageTaken(
                                        SampleEvents.image(SampleEvents.plan("acme-relaunch", 2)),
                                        List.of("/var/images/1.json"))),
                        new Event.ActionIntended(lower, new ActionSpec.LowerTtls(), deadline),
                        new Event.ActionEnded(lower, new Ending.EngineDone(Map.of())));
        List<JournalEntry> journal = new ArrayList<>();
        for (Event event : events) {
            journal.add(
                    new JournalEntry(
                            SampleEvents.ID,
                            journal.size() + 1L,
                            SampleEvents.NOW,
                            "controller",
                            event));
        }
        return Cutover.of(journal);
    }
}
