package dev.cutover.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.life.Event;
import dev.cutover.json.EventJson.Stored;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The journal's events survive storing, ageing and damage.
class EventJsonTest {
    private final EventJson json = new EventJson();

    @ParameterizedTest
    @MethodSource("events")
    void an_event_is_read_as_it_was_stored(Event event) {
        assertThat(json.read(json.store(event))).isEqualTo(event);
    }

    static Stream<Event> events() {
        return Stream.concat(SampleEvents.oneOfEach().stream(), SampleEvents.variants().stream());
    }

    @Test
    void text_no_database_takes_is_stored_as_ascii() {
        Event odd =
                new Event.HoldRequested(
                        "kim", "nul \u0000, half a pair \ud83d, über, \ud83d\ude80");

        Stored stored = json.store(odd);

        assertThat(stored.data()).isPrintable().matches("\\p{ASCII}*");
        assertThat(json.read(stored)).isEqualTo(odd);
    }

    /// Long ago an approval had no plan hash, then it was called differently.
    @Test
    void an_old_version_is_read_through_every_upcaster_after_it() {
        EventVersions versions =
                EventVersions.CURRENT
                        .and(Event.Approved.class, data -> data.put("hash", "unknown"))
                        .and(
                                Event.Approved.class,
                                data -> {
                                    ObjectNode next = data.deepCopy();
                                    next.set("planHash", next.remove("hash"));
                                    return next;
                                });
        EventJson newer = new EventJson(versions);

        assertThat(newer.read(new Stored("Approved", 1, "{\"by\":\"ada\"}")))
                .isEqualTo(new Event.Approved("ada", "unknown"));
        assertThat(newer.read(new Stored("Approved", 2, "{\"by\":\"ada\",\"hash\":\"5f\"}")))
                .isEqualTo(new Event.Approved("ada", "5f"));
        assertThat(newer.store(new Event.Approved("ada", "5f")))
                .isEqualTo(new Stored("Approved", 3, "{\"by\":\"ada\",\"planHash\":\"5f\"}"));
        assertThat(versions.readable())
                .contains("Approved.1", "Approved.2", "Approved.3", "Paged.1")
                .doesNotContain("Paged.2");
    }

    @Test
    void an_event_of_a_newer_program_is_told_from_a_damaged_one() {
        assertThatThrownBy(() -> json.read(new Stored("Teleported", 1, "{}")))
                .isInstanceOf(UnknownEventException.class)
                .hasMessage("expected an event type this program knows, seen 'Teleported'");
        assertThatThrownBy(() -> json.read(new Stored("Approved", 2, "{}")))
                .isInstanceOf(UnknownEventException.class)
                .hasMessage("expected Approved of version 1 to 1, seen version 2");
    }

    @Test
    void damage_is_located() {
        for (String damaged :
                List.of("", "{", "[]", "{\"by\":\"ada\"}", "{\"by\":\"ada\",\"planHash\":1}")) {
            assertThatThrownBy(() -> json.read(new Stored("Approved", 1, damaged)))
                    .as("reading %s", damaged)
                    .isInstanceOf(UnreadableJsonException.class)
                    .hasMessageContaining("Approved v1");
        }
    }
}
