package dev.cutover.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.life.ActionId;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.timeline.AnswerVerdict;
import dev.cutover.core.timeline.Between;
import dev.cutover.core.timeline.Cache;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.TtlHabit;
import dev.cutover.json.SampleEvents;
import dev.cutover.port.CallLog;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.Figures;
import dev.cutover.port.Outbox;
import dev.cutover.port.PortException;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The meters as Prometheus sees them; README's table and the dashboard speak of these and no
/// others.
@SuppressWarnings("deprecation") // the registry the platform comes with
class MetersTest {
    private static final Pattern NAME = Pattern.compile("\\bcutover_[a-z_]+");

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Meters meters = new Meters(registry);
    private final List<ProviderCall> logged = new ArrayList<>();
    private boolean storeAway;

    @Test
    void the_dashboard_shows_every_metric_and_no_other() throws IOException {
        String text = everything();
        Set<String> shown = new TreeSet<>();
        JsonNode dashboard =
                new ObjectMapper().readTree(Path.of("dashboards/cutover.json").toFile());
        dashboard
                .findValues("expr")
                .forEach(expression -> shown.addAll(names(expression.asText())));

        assertThat(names(text)).containsAll(shown);
        assertThat(families(text))
                .allSatisfy(family -> assertThat(shown).anyMatch(name -> name.startsWith(family)));
    }

    @Test
    void readme_names_every_metric_and_no_other() throws IOException {
        Set<String> families = families(everything());
        Set<String> named = new TreeSet<>();
        Files.readString(Path.of("README.md"))
                .lines()
                .filter(line -> line.startsWith("| `cutover_"))
                .forEach(line -> named.add(names(line).iterator().next()));

        assertThat(named).isEqualTo(families);
    }

    @Test
    void calls_are_counted_by_peer_kind_and_a_few_outcomes_and_reach_the_log() {
        CallLog calls = new CountedCalls(call -> logged.add(call), registry);
        calls.record(call("cloudflare", "200", true));
        calls.record(call("cloudflare", "204", true));
        calls.record(call("cloudflare", "429", false));

        assertThat(logged).hasSize(3);
        assertThat(scraped())
                .contains(
                        "cutover_provider_calls_seconds_count{kind=\"write\",outcome=\"2xx\",peer=\"cloudflare\"} 2")
                .contains(
                        "cutover_provider_calls_seconds_count{kind=\"read\",outcome=\"limited\",peer=\"cloudflare\"} 1");
    }

    @ParameterizedTest
    @CsvSource({
        "200, 2xx",
        "404 not found, 4xx",
        "503, 5xx",
        "429 Too Many Requests, limited",
        "not sent, not-sent",
        "api.example at 192.0.2.1:443: no whole answer in time, no-answer",
        "2001:db8::1 refused, no-answer"
    })
    void an_outcome_is_one_of_a_few_words(String text, String word) {
        assertThat(CountedCalls.outcome(text)).isEqualTo(word);
    }

    @Test
    void each_live_cutover_counts_in_its_phase_and_each_channel_has_its_backlog() {
        assertThat(everything())
                .contains("cutover_live{phase=\"Soaking\"} 3.0")
                .contains("cutover_outbox_pending{channel=\"ops\"} 7.0")
                .contains("cutover_outbox_oldest_seconds{channel=\"ops\"} 90.0")
                .contains("cutover_channel_failures{channel=\"ops\"} 2.0")
                .contains("cutover_channel_gone{channel=\"ops\"} 1.0");
    }

    @Test
    void a_store_that_is_away_leaves_the_last_figures_and_their_age() {
        Survey survey = survey(List.of());
        survey.survey();
        storeAway = true;

        assertThatThrownBy(survey::survey).isInstanceOf(PortException.class);

        assertThat(scraped())
                .contains("cutover_live{phase=\"Soaking\"} 3.0")
                .contains("cutover_survey_age_seconds");
    }

    @Test
    void labels_stay_few_however_many_cutovers_there_are() {
        List<Cutover> many = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            many.add(routed("site" + i));
        }
        survey(many).survey();

        assertThat(scraped().lines().filter(l -> l.startsWith("cutover_error_share{"))).hasSize(50);
        assertThat(scraped().lines().filter(l -> l.startsWith("cutover_verdicts{")).count())
                .isLessThanOrEqualTo(4L * CheckName.values().length);
    }

    /// Every meter has met something once.
    private String everything() {
        new CountedCalls(call -> logged.add(call), registry).record(call("engine", "200", false));
        meters.ticked(Duration.ofMillis(3));
        meters.announced("ops", "taken", Duration.ofMillis(30));
        meters.givenUp(1);
        Survey survey = survey(List.of(routed("acme")));
        survey.survey();
        return scraped();
    }

    /// As it is exposed, without the commas this registry leaves behind the last label.
    private String scraped() {
        return registry.scrape().replace(",}", "}");
    }

    private Survey survey(List<Cutover> driven) {
        return new Survey(
                registry,
                new Survey.OfNode(
                        driven::size,
                        () -> driven,
                        () -> Duration.ofMillis(200),
                        () -> Duration.ofMillis(-300)),
                outbox(),
                new Sums(),
                () -> OptionalLong.of(1_100),
                () -> 0L,
                () -> SampleEvents.NOW);
    }

    private Outbox outbox() {
        return (Outbox)
                Proxy.newProxyInstance(
                        Outbox.class.getClassLoader(),
                        new Class<?>[] {Outbox.class},
                        (proxy, method, arguments) -> {
                            assertThat(method.getName()).isEqualTo("backlog");
                            return List.of(
                                    new Outbox.Backlog("ops", 7, Duration.ofSeconds(90), 2, true));
                        });
    }

    /// Sums of a store that can be away.
    private final class Sums implements Figures {
        @Override
        public Map<String, Long> livePhases() {
            if (storeAway) {
                throw PortException.passing("store: no connection");
            }
            return Map.of("Soaking", 3L);
        }

        @Override
        public Map<CutoverId, Double> adoption(Set<CutoverId> cutovers) {
            return cutovers.stream().collect(Collectors.toMap(id -> id, id -> 0.5));
        }

        @Override
        public Map<CutoverId, Caches> caches(Set<CutoverId> cutovers) {
            Cache old =
                    new Cache(
                            "r1",
                            "",
                            "",
                            1,
                            AnswerVerdict.OLD,
                            SampleEvents.NOW,
                            60,
                            5,
                            Optional.of(
                                    Between.of(
                                            SampleEvents.NOW.plusSeconds(60),
                                            SampleEvents.NOW.plusSeconds(61))),
                            Optional.empty(),
                            false,
                            TtlHabit.RAISES,
                            90);
            Caches known = new Caches(Optional.empty(), Map.of(), List.of(old));
            return cutovers.stream().collect(Collectors.toMap(id -> id, id -> known));
        }

        @Override
        public Map<CutoverId, Double> failedProbes(Map<CutoverId, Instant> since) {
            return since.keySet().stream().collect(Collectors.toMap(id -> id, id -> 0.01));
        }
    }

    /// A cutover whose routing has moved, with an open action and a verdict.
    private static Cutover routed(String name) {
        CutoverId id = new CutoverId(name + "-1");
        ActionSpec spec = new ActionSpec.SwitchStep(1, SampleEvents.NOW);
        Judged judged =
                new Judged(
                        CheckName.ERRORS,
                        Verdict.PASS,
                        "fine",
                        List.of(),
                        Optional.of(SampleEvents.NOW));
        List<Event> events =
                List.of(
                        SampleEvents.scheduled(SampleEvents.plan(name, 1)),
                        new Event.ActionIntended(
                                new ActionId(id, spec.key(), 1), spec, SampleEvents.OPENS_AT),
                        new Event.VerdictChanged(judged));
        List<JournalEntry> entries = new ArrayList<>();
        for (Event event : events) {
            entries.add(
                    new JournalEntry(
                            id, entries.size() + 1L, SampleEvents.NOW, "controller", event));
        }
        return Cutover.of(entries);
    }

    private static ProviderCall call(String peer, String outcome, boolean write) {
        return new ProviderCall(
                "acme-1",
                "zone",
                peer,
                "GET",
                "/zones",
                SampleEvents.NOW,
                Duration.ofMillis(12),
                outcome,
                write);
    }

    private static Set<String> families(String exposed) {
        return exposed.lines()
                .filter(line -> line.startsWith("# TYPE cutover_"))
                .map(line -> line.split(" ", -1)[2])
                .filter(name -> !name.endsWith("_max"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        Matcher m = NAME.matcher(text);
        while (m.find()) {
            names.add(m.group());
        }
        return names;
    }
}
