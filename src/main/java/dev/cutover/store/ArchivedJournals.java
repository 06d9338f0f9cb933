package dev.cutover.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.plan.Plan;
import dev.cutover.json.CoreJson;
import dev.cutover.json.EventJson;
import dev.cutover.json.UnknownEventException;
import dev.cutover.json.UnreadableJsonException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads every journal of an archive as a driver would, before the import is committed: digests prove that
 * a file is as it was written, not that a controller can go on from it.
 *
 * <p>Each entry must be an event this program knows, each journal must fold, and what stands beside a
 * journal must follow from it: a cutover shown as over would never be driven again, and a name nobody
 * claims would be given to a second cutover.
 */
final class ArchivedJournals {
    private final Connection connection;
    private final EventJson json = new EventJson();

    /** @param connection within the transaction that may still be undone */
    ArchivedJournals(Connection connection) {
        this.connection = connection;
    }

    /**
     * Looks at all of them.
     *
     * @throws StoreArchive.UnusableException at the first that cannot be gone on from: where, what was
     *     expected and what was seen
     */
    void expectReadable() throws SQLException, StoreArchive.UnusableException {
        for (String id : ids()) {
            expectRow(id, fold(id));
        }
    }

    private List<String> ids() throws SQLException {
        List<String> ids = new ArrayList<>();
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery("SELECT id FROM cutover ORDER BY id")) {
            while (row.next()) {
                ids.add(row.getString("id"));
            }
        }
        return ids;
    }

    private Cutover fold(String id) throws SQLException, StoreArchive.UnusableException {
        CutoverId cutover = cutoverId(id);
        @Nullable Cutover state = null;
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT seq, at, by, type, v, data FROM event WHERE cutover = ? ORDER BY seq")) {
            select.setString(1, id);
            select.setFetchSize(100);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    String place =
                            "event.copy, entry "
                                    + row.getLong("seq")
                                    + " of "
                                    + id
                                    + " ("
                                    + shown(row.getString("type"))
                                    + " v"
                                    + row.getInt("v")
                                    + ")";
                    state = next(place, state, entry(place, cutover, row));
                }
            }
        }
        if (state == null) {
            throw unusable("event.copy: expected entries of " + id + ", seen none");
        }
        return state;
    }

    private static CutoverId cutoverId(String id) throws StoreArchive.UnusableException {
        try {
            return new CutoverId(id);
        } catch (IllegalArgumentException e) {
            throw unusable("cutover.copy, id: " + e.getMessage());
        }
    }

    private JournalEntry entry(String place, CutoverId id, ResultSet row)
            throws SQLException, StoreArchive.UnusableException {
        OffsetDateTime at = row.getObject("at", OffsetDateTime.class);
        if (at.equals(OffsetDateTime.MAX) || at.equals(OffsetDateTime.MIN)) {
            throw unusable(place + ", at: expected a moment, seen infinity");
        }
        String by = row.getString("by");
        if (by.isBlank()) {
            throw unusable(place + ", by: expected who caused it, seen nothing");
        }
        try {
            return new JournalEntry(
                    id,
                    row.getLong("seq"),
                    at.toInstant(),
                    by,
                    json.read(
                            new EventJson.Stored(
                                    row.getString("type"),
                                    row.getInt("v"),
                                    row.getString("data"))));
        } catch (UnknownEventException e) {
            throw unusable(place + ": " + shown(String.valueOf(e.getMessage())));
        } catch (UnreadableJsonException e) {
            throw unusable(place + ", data: " + shown(String.valueOf(e.getMessage())));
        }
    }

    private static Cutover next(String place, @Nullable Cutover so, JournalEntry entry)
            throws StoreArchive.UnusableException {
        Optional<CutoverId> acts =
                switch (entry.event()) {
                    case Event.ActionIntended a -> Optional.of(a.id().cutover());
                    case Event.ActionEnded a -> Optional.of(a.id().cutover());
                    default -> Optional.empty();
                };
        if (acts.isPresent() && !acts.get().equals(entry.cutover())) {
            throw unusable(
                    place
                            + ", data: expected an action of "
                            + entry.cutover()
                            + ", seen one of "
                            + acts.get());
        }
        try {
            return so == null ? Cutover.begin(entry) : so.apply(entry);
        } catch (RuntimeException e) {
            // The fold is pure: whatever it throws, this entry cannot follow those before it.
            throw unusable(
                    place
                            + " does not follow from the entries before it: "
                            + shown(String.valueOf(e.getMessage())));
        }
    }

    /** What lists show, who drives and who may begin is read from the row and its claims. */
    private void expectRow(String id, Cutover c)
            throws SQLException, StoreArchive.UnusableException {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT plan_name, number, phase, live, plan FROM cutover WHERE id = ?")) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                String place = "cutover.copy, " + id + ", ";
                expect(place + "plan_name", c.plan().name(), row.getString("plan_name"));
                expect(
                        place + "plan_name and number",
                        id,
                        row.getString("plan_name") + "-" + row.getInt("number"));
                expect(place + "phase", c.phase().text(), row.getString("phase"));
                expect(place + "live", !c.phase().isFinal(), row.getBoolean("live"));
                if (!plan(place, row.getString("plan")).equals(c.plan())) {
                    throw unusable(
                            place + "plan: expected the plan of its journal, seen another one");
                }
            }
        }
        SortedSet<String> expected = c.phase().isFinal() ? new TreeSet<>() : c.plan().claims();
        expect("name_claim.copy, names of " + id, expected, claims(id));
    }

    private static Plan plan(String place, String text) throws StoreArchive.UnusableException {
        try {
            return CoreJson.mapper().readValue(text, Plan.class);
        } catch (JsonProcessingException e) {
            throw unusable(place + "plan: expected a plan this program knows, seen no such");
        }
    }

    private SortedSet<String> claims(String id) throws SQLException {
        SortedSet<String> names = new TreeSet<>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT name FROM name_claim WHERE cutover = ?")) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    names.add(row.getString("name"));
                }
            }
        }
        return names;
    }

    private static void expect(String place, Object expected, Object seen)
            throws StoreArchive.UnusableException {
        if (!expected.equals(seen)) {
            throw unusable(
                    place
                            + ": expected "
                            + shown(String.valueOf(expected))
                            + " as its journal says, seen "
                            + shown(String.valueOf(seen)));
        }
    }

    /** Others' text in one short line. */
    private static String shown(String text) {
        String line =
                text.codePoints()
                        .map(c -> Character.isISOControl(c) ? ' ' : c)
                        .limit(300)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();
        return line.length() < text.length() ? line + "..." : line;
    }

    private static StoreArchive.UnusableException unusable(String message) {
        return new StoreArchive.UnusableException(
                message
                        + "; take another archive, or import with the version of cutover that wrote"
                        + " this one");
    }
}
