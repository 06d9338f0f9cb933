package dev.cutover.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Core values keep their meaning through JSON, and nothing is guessed when reading.
class CoreJsonTest {
    private static final ObjectMapper JSON = CoreJson.mapper();

    @Test
    void a_plan_survives() throws JsonProcessingException {
        Plan plan = SampleEvents.plan("relaunch", 3);

        assertThat(JSON.readValue(JSON.writeValueAsString(plan), Plan.class)).isEqualTo(plan);
    }

    @Test
    void a_whole_cutover_survives() throws JsonProcessingException {
        Cutover cutover = cutoverWithAction();

        assertThat(JSON.readValue(JSON.writeValueAsString(cutover), Cutover.class))
                .isEqualTo(cutover);
    }

    @Test
    void a_phase_names_itself_and_says_nothing_computed() throws JsonProcessingException {
        assertThat(JSON.writeValueAsString(new Phase.Switching(1, 2)))
                .isEqualTo("{\"type\":\"Switching\",\"step\":1,\"steps\":2}");
        assertThat(JSON.writeValueAsString(List.of(new Phase.Soaking())))
                .isEqualTo("[{\"type\":\"Soaking\"}]");
    }

    @Test
    void a_request_below_a_nested_sealed_type_is_read_by_its_name() throws JsonProcessingException {
        assertThat(
                        JSON.readValue(
                                "{\"type\":\"Hold\",\"by\":\"kim\",\"why\":\"odd\"}", Input.class))
                .isEqualTo(new Input.Hold("kim", "odd"));
    }

    @Test
    void names_and_ids_are_text_also_as_keys() throws JsonProcessingException {
        var holders = Map.of(new DnsName("www.acme.example"), SampleEvents.ID);

        assertThat(JSON.writeValueAsString(holders))
                .isEqualTo("{\"www.acme.example\":\"acme-relaunch-3\"}");
    }

    @ParameterizedTest
    @MethodSource("sealedTypes")
    void no_member_of_a_sealed_type_has_a_component_called_type(Class<?> sealed) {
        for (Class<?> member : SealedTypes.records(sealed)) {
            assertThat(Arrays.stream(member.getRecordComponents()).map(c -> c.getName()))
                    .as("components of %s", member)
                    .doesNotContain(SealedTypes.PROPERTY);
        }
    }

    static List<Class<?>> sealedTypes() {
        return List.of(
                Event.class,
                Phase.class,
                ActionSpec.class,
                Ending.class,
                Input.class,
                Evidence.class,
                RecordWrite.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'type':'Switching','step':1,'steps':2,'stage':3} | stage",
                "{'type':'Switching','step':1}                      | int",
                "{'type':'Switching','step':1,'steps':null}         | int",
                "{'type':'Switching','step':'1','steps':2}          | int",
                "{'type':'Switching','step':1.5,'steps':2}          | int",
                "{'type':'Switching','step':1,'step':1,'steps':2}   | step",
                "{'type':'Switching','step':1,'steps':2} {}         | Trailing",
                "{'type':'Swimming'}                                | Swimming",
                "{'step':1,'steps':2}                               | type",
                "{'type':'Cancelling'}                              | why",
                "{'type':'FellBack','side':1}                       | Side",
                "{'type':'FellBack','side':'LEFT'}                  | LEFT",
            })
    void a_mistake_is_named(String json, String named) {
        assertThatThrownBy(() -> JSON.readValue(json.replace('\'', '"'), Phase.class))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining(named);
    }

    @Test
    void a_name_that_is_none_is_refused_in_the_cores_words() {
        assertThatThrownBy(() -> JSON.readValue("\"a..b\"", DnsName.class))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("each label of a domain name has 1 to 63 characters");
    }

    static Cutover cutoverWithAction() {
        var entries = new ArrayList<JournalEntry>();
        List<Event> events =
                List.of(
                        SampleEvents.scheduled(SampleEvents.plan("relaunch", 2)),
                        new Event.ActionIntended(
                                SampleEvents.actionId(new ActionSpec.TakeBeforeImage()),
                                new ActionSpec.TakeBeforeImage(),
                                SampleEvents.NOW),
                        new Event.ActionEnded(
                                SampleEvents.actionId(new ActionSpec.TakeBeforeImage()),
                                SampleEvents.endings().getFirst()),
                        new Event.ActionIntended(
                                SampleEvents.actionId(new ActionSpec.LowerTtls()),
                                new ActionSpec.LowerTtls(),
                                SampleEvents.NOW),
                        new Event.Approved("ada", "5f70bf18"));
        for (Event event : events) {
            entries.add(
                    new JournalEntry(
                            SampleEvents.ID, entries.size() + 1, SampleEvents.NOW, "kim", event));
        }
        return Cutover.of(entries);
    }
}
