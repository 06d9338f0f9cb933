package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;

/// The sentences of a previewed plan that terminal and Markdown share. Not yet fit to be shown:
/// names and contents in them are as they came.
final class PlanWords {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

    /// The step of what is written together with the lowered TTLs.
    static final int PREPARED = 0;

    private PlanWords() {}

    static String verdict(JsonNode plan) {
        if (plan.path("mayRun").asBoolean()) {
            return "may run; nothing was changed";
        }
        int refusals = plan.path("refusals").size();
        return "may not run: "
                + refusals
                + (refusals == 1 ? " refusal" : " refusals")
                + "; nothing was changed";
    }

    static String touched(JsonNode plan) {
        String allowed =
                plan.path("shareAllowed").isMissingNode()
                        ? ""
                        : ", allowed " + Shown.percent(plan.path("shareAllowed").asDouble());
        return plan.path("touchedRecords").asInt()
                + " of "
                + plan.path("zoneRecords").asInt()
                + " records of the zone ("
                + Shown.percent(plan.path("share").asDouble())
                + allowed
                + ")";
    }

    /// One step's change of one field of a part of the edge.
    record Move(int step, String from, String to) {}

    /// The changes of one field, step by step; steps that leave it as it is are left out.
    static List<Move> moves(JsonNode field) {
        List<Move> moves = new ArrayList<>();
        String from = field.path("before").asText("absent");
        for (JsonNode stage : field.path("stages")) {
            String to = stage.path("value").asText("absent");
            if (!to.equals(from)) {
                moves.add(new Move(stage.path("step").asInt(), from, to));
            }
            from = to;
        }
        return moves;
    }

    /// `pool acme-web  (www.acme.example)`
    static String part(JsonNode part) {
        List<String> names = texts(part.path("names"));
        return part.path("part").asText()
                + (names.isEmpty() ? "" : "  (" + String.join(", ", names) + ")");
    }

    /// What is put back when all is done, behind the last value.
    static String end(JsonNode field) {
        List<Move> moves = moves(field);
        String settled = field.path("settled").asText("absent");
        return moves.isEmpty() || moves.getLast().to().equals(settled)
                ? ""
                : ", " + settled + " when all is done";
    }

    static String back(JsonNode field) {
        String back = field.path("fallback").asText("absent");
        return back.equals(field.path("before").asText("absent"))
                ? "on fallback as it is now"
                : back + " on fallback, not what it is now";
    }

    /// How many sets go back to what they are, and how many elsewhere.
    static String fallback(JsonNode plan) {
        long all = plan.path("changes").size();
        if (all == 0) {
            return "no records are planned";
        }
        long back =
                StreamSupport.stream(plan.path("changes").spliterator(), false)
                        .filter(PlanWords::fallsBackToNow)
                        .count();
        if (all == back) {
            return "every set goes back to what it is now";
        }
        return back == 0
                ? "every set goes to a value of its own, not to what it is now"
                : back
                        + " of "
                        + all
                        + " sets go back to what they are now, "
                        + (all - back)
                        + " to a value of their own";
    }

    static boolean fallsBackToNow(JsonNode change) {
        return contents(change.path("fallback")).equals(contents(change.path("before")));
    }

    private static List<String> contents(JsonNode values) {
        List<String> contents = new ArrayList<>();
        values.forEach(v -> contents.add(v.path("content").asText()));
        return contents.stream().sorted().toList();
    }

    static String worstCase(JsonNode plan) {
        List<String> parts = new ArrayList<>();
        for (JsonNode part : plan.path("worstCase").path("parts")) {
            parts.add(
                    part.path("name").asText().replace('-', ' ')
                            + " "
                            + PlanLines.span(part.path("seconds").asLong()));
        }
        return PlanLines.span(plan.path("worstCase").path("seconds").asLong())
                + " ("
                + String.join(", ", parts)
                + ")";
    }

    static String calls(JsonNode plan) {
        JsonNode calls = plan.path("calls");
        int backReads = 0;
        int backBatches = 0;
        int backPurges = 0;
        for (JsonNode part : calls.path("back")) {
            backReads += part.path("reads").asInt();
            backBatches += part.path("batches").asInt();
            backPurges += part.path("purges").asInt();
        }
        int purges = calls.path("purges").asInt();
        return count(calls.path("reads").asInt(), "read")
                + ", "
                + count(calls.path("batches").asInt(), "batch")
                + (purges == 0 ? "" : ", " + count(purges, "purge"))
                + "; falling back and closing "
                + count(backReads, "read")
                + ", "
                + count(backBatches, "batch")
                + (backPurges == 0 ? "" : ", " + count(backPurges, "purge"))
                + "; watching up to "
                + count(calls.path("watchReads").asInt(), "read")
                + " in 5 min, "
                + calls.path("watchReadsBack").asInt()
                + " on the way back";
    }

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : what.endsWith("ch") ? "es" : "s");
    }

    /// `TTL 3600 s, lowered to 300 s`
    static String ttlNow(JsonNode before, JsonNode aged) {
        String lowered =
                aged.isMissingNode() || aged.path("ttlSeconds").equals(before.path("ttlSeconds"))
                        ? ""
                        : ", lowered to " + aged.path("ttlSeconds").asLong() + " s";
        return ttl(before) + lowered;
    }

    /// `TTL 300 s, 3600 s when all is done`
    static String ttlNext(JsonNode next, JsonNode settled) {
        String back =
                settled.isMissingNode()
                                || settled.path("ttlSeconds").equals(next.path("ttlSeconds"))
                        ? ""
                        : settled.path("ttlSeconds").asLong() == 1
                                ? ", automatic when all is done"
                                : ", "
                                        + settled.path("ttlSeconds").asLong()
                                        + " s when all is done";
        return ttl(next) + back;
    }

    static String ttl(JsonNode value) {
        long seconds = value.path("ttlSeconds").asLong();
        return value.path("proxied").asBoolean()
                ? "proxied, the edge chooses the TTL"
                : seconds == 1 ? "TTL automatic" : "TTL " + seconds + " s";
    }

    /// The moment in the zone of the window, else in UTC.
    static String when(JsonNode plan, JsonNode moment) {
        String text = moment.path("at").asText();
        try {
            Instant at = Instant.parse(text);
            return MINUTE.format(at.atZone(zone(plan.path("window").path("zone").asText())));
        } catch (DateTimeException notATime) {
            return text;
        }
    }

    private static ZoneId zone(String id) {
        try {
            return ZoneId.of(id);
        } catch (DateTimeException unknownHere) {
            return ZoneOffset.UTC;
        }
    }

    static String bound(JsonNode moment) {
        return moment.path("bound").asText().equals("earliest") ? "at the earliest: " : "";
    }

    static List<String> unproven(JsonNode plan) {
        List<String> texts = new ArrayList<>();
        plan.path("unproven")
                .forEach(
                        u ->
                                texts.add(
                                        u.path("subject").asText()
                                                + ": "
                                                + u.path("text").asText()));
        return texts;
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(t -> texts.add(t.asText()));
        return texts;
    }
}
