package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// One cutover as the controller's `GET /api/v1/cutovers/{id}` tells it, as far as it is drawn.
///
/// Reading is forgiving: a field this command does not know is skipped, a missing one is empty, so
/// that an older command can watch a newer controller.
///
/// @param now the controller's plan time when it answered
/// @param over whether nothing more will happen
/// @param path every phase on the way, in order
/// @param next what happens next by itself
/// @param recent the last journal entries, oldest first
public record Status(
        String id,
        String site,
        String phase,
        String phaseType,
        String why,
        Instant phaseSince,
        Instant now,
        boolean over,
        String planHash,
        List<PathStep> path,
        Next next,
        List<Gate> gates,
        Optional<AdoptionNow> adoption,
        Optional<ForecastNow> forecast,
        Optional<Errors> errors,
        Approvals approvals,
        List<String> openActions,
        List<String> kept,
        List<Button> buttons,
        List<Entry> recent) {

    /// A phase on the way: `done`, `current` or `ahead`.
    public record PathStep(String phase, String state) {}

    /// What happens next by itself; without a time it depends on evidence.
    public record Next(String text, Optional<Instant> at) {}

    /// A gate or guard: `pass`, `fail`, `inconclusive` or `blind`.
    public record Gate(
            String check, String verdict, String summary, Optional<Instant> observedAt) {}

    /// How many answers of resolvers show which side.
    public record AdoptionNow(int onNext, int onOld, int other, int failed, double share) {}

    /// Who still sees the old side and until when, in a sentence, and who is late, one line each.
    ///
    /// @param answers how many caches gave which answer last; empty when nobody says
    /// @param regions how far it is for the clients of regions; empty for none
    public record ForecastNow(String text, String answers, String regions, List<String> late) {}

    /// Failed requests in the watched window.
    public record Errors(long requests, long failures, double share, double ceiling) {}

    public record Approvals(List<String> given, int need) {}

    /// What a person can do now, and what it costs.
    public record Button(String verb, String command, String effect) {}

    /// A journal entry in words.
    public record Entry(long seq, Instant at, String by, String text) {}

    /// Reads the controller's answer.
    public static Status of(JsonNode node) {
        return new Status(
                text(node, "id"),
                text(node, "site"),
                text(node, "phase"),
                text(node, "phaseType"),
                text(node.path("why"), "text"),
                instant(node, "phaseSince").orElse(Instant.EPOCH),
                instant(node, "now").orElse(Instant.EPOCH),
                node.path("over").asBoolean(),
                text(node, "planHash"),
                list(node, "path", n -> new PathStep(text(n, "phase"), text(n, "state"))),
                new Next(text(node.path("next"), "text"), instant(node.path("next"), "at")),
                list(node, "gates", Status::gate),
                present(node, "adoption").map(Status::adoption),
                present(node, "forecast").map(Status::forecast),
                present(node, "errors").map(Status::errors),
                new Approvals(
                        list(node.path("approvals"), "given", JsonNode::asText),
                        node.path("approvals").path("need").asInt()),
                list(node, "openActions", n -> text(n, "id")),
                list(node, "kept", JsonNode::asText),
                list(
                        node,
                        "buttons",
                        n -> new Button(text(n, "verb"), text(n, "command"), text(n, "effect"))),
                list(node, "recent", Status::entry));
    }

    private static Gate gate(JsonNode n) {
        return new Gate(
                text(n, "check"), text(n, "verdict"), text(n, "summary"), instant(n, "observedAt"));
    }

    private static AdoptionNow adoption(JsonNode n) {
        return new AdoptionNow(
                n.path("onNext").asInt(),
                n.path("onOld").asInt(),
                n.path("other").asInt(),
                n.path("failed").asInt(),
                n.path("share").asDouble());
    }

    private static ForecastNow forecast(JsonNode n) {
        String answers =
                n.path("verdicts").properties().stream()
                        .map(e -> e.getValue().asInt() + " " + e.getKey())
                        .collect(Collectors.joining(", "));
        return new ForecastNow(
                text(n, "text"),
                answers,
                String.join(
                        ", ",
                        list(
                                n,
                                "regions",
                                r ->
                                        text(r, "region")
                                                + " "
                                                + Shown.percent(r.path("share").asDouble()))),
                list(n, "late", l -> text(l, "cache") + " " + text(l, "text")));
    }

    private static Errors errors(JsonNode n) {
        return new Errors(
                n.path("requests").asLong(),
                n.path("failures").asLong(),
                n.path("share").asDouble(),
                n.path("ceiling").asDouble());
    }

    private static Entry entry(JsonNode n) {
        return new Entry(
                n.path("seq").asLong(),
                instant(n, "at").orElse(Instant.EPOCH),
                text(n, "by"),
                text(n, "text"));
    }

    private static Optional<JsonNode> present(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isObject() ? Optional.of(value) : Optional.empty();
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asText("");
    }

    private static Optional<Instant> instant(JsonNode node, String field) {
        String text = text(node, field);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static <T> List<T> list(JsonNode node, String field, Function<JsonNode, T> read) {
        List<T> all = new ArrayList<>();
        node.path(field).forEach(n -> all.add(read.apply(n)));
        return List.copyOf(all);
    }
}
