package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.lab.store.WebhookSink;
import dev.cutover.lab.store.WebhookSink.Delivery;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What must be true of the lab's receiver of webhooks, whatever happened to the controller.
final class Announced {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration MOST = Duration.ofMinutes(2);

    private Announced() {}

    /// Every transition of the report's cutover was taken at least once, in order, and repeats
    /// repeat.
    static void inFull(JsonNode report, WebhookSink sink) throws IOException, InterruptedException {
        String cutover = report.path("cutover").asText();
        List<String> expected = new ArrayList<>();
        report.path("phases").forEach(p -> expected.add(word(p.path("phase").asText())));
        assertThat(expected).as("phases of the report").isNotEmpty();
        long until = System.nanoTime() + MOST.toNanos();
        while (phases(cutover, sink).size() < expected.size() - 1
                && System.nanoTime() - until < 0) {
            Thread.sleep(Duration.ofMillis(100));
        }
        // Being scheduled is announced by a word of its own.
        assertThat(phases(cutover, sink)).isEqualTo(expected.subList(1, expected.size()));
        Map<String, String> bodies = new HashMap<>();
        for (Delivery delivery : sink.deliveries()) {
            String before = bodies.putIfAbsent(delivery.id(), delivery.body());
            assertThat(before == null ? delivery.body() : before)
                    .as("a repeat of " + delivery.id())
                    .isEqualTo(delivery.body());
        }
    }

    /// Phases as they were announced, each id once, in the order of the first time.
    private static List<String> phases(String cutover, WebhookSink sink) throws IOException {
        Map<String, Boolean> seen = new HashMap<>();
        List<String> phases = new ArrayList<>();
        long seq = 0;
        for (Delivery delivery : sink.deliveries()) {
            JsonNode data = JSON.readTree(delivery.body()).path("data");
            boolean others = !data.path("cutover").asText().equals(cutover);
            if (others
                    || delivery.answered() >= 300
                    || seen.putIfAbsent(delivery.id(), true) != null) {
                continue;
            }
            assertThat(data.path("seq").asLong())
                    .as("order of " + delivery.id())
                    .isGreaterThan(seq);
            seq = data.path("seq").asLong();
            String code = data.path("code").asText();
            if (code.startsWith("phase.")) {
                phases.add(code.substring("phase.".length()));
            }
        }
        return phases;
    }

    private static String word(String phase) {
        int bracket = phase.indexOf('(');
        return bracket < 0 ? phase : phase.substring(0, bracket);
    }
}
