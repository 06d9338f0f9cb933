package dev.cutover.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.cli.Prober.Seen;
import dev.cutover.core.dns.Region;
import dev.cutover.core.timeline.AnswerVerdict;
import dev.cutover.core.timeline.Between;
import dev.cutover.core.timeline.Forecast;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The board for programs. Members are added, never renamed.
record ProbeJson(ObjectMapper mapper, ProbeBoard board, double quorum, Instant now) {

    ObjectNode of(String name, String type) {
        ObjectNode top = mapper.createObjectNode();
        top.put("v", 1).put("name", name).put("type", type);
        ArrayNode wanted = top.putArray("expected");
        board.wanted().forEach(wanted::add);
        top.put("quorum", quorum).put("share", board.share(ProbeBoard.OWN_PLACE));
        top.put("reached", board.reached(quorum));
        counts(top, board.counts(ProbeBoard.OWN_PLACE));
        board.forecast(quorum, now).ifPresent(f -> forecast(top.putObject("forecast"), f));
        ArrayNode regions = top.putArray("regions");
        for (Region region : board.regions()) {
            ObjectNode one = regions.addObject();
            one.put("region", region.name()).put("network", region.network());
            one.put("answering", board.answering(region.name()));
            one.put("share", board.share(region.name()));
            counts(one, board.counts(region.name()));
        }
        ArrayNode list = top.putArray("resolvers");
        board.rows().forEach(row -> resolver(list.addObject(), row));
        return top;
    }

    private static void counts(ObjectNode in, Map<AnswerVerdict, Integer> seen) {
        ObjectNode counts = in.putObject("counts");
        new TreeMap<>(seen).forEach((verdict, n) -> counts.put(verdict.text(), n));
    }

    private static void forecast(ObjectNode into, Forecast forecast) {
        into.put("at", forecast.at().toString()).put("text", forecast.outlook());
        forecast.ceilingAt().ifPresent(at -> into.put("ceilingAt", at.toString()));
        range(into, "quorumAt", forecast.quorumAt());
        range(into, "goneAt", forecast.goneAt());
        ArrayNode late = into.putArray("late");
        for (Forecast.Late cache : forecast.late()) {
            ObjectNode one = late.addObject();
            one.put("cache", cache.cache()).put("habit", cache.habit().name());
            one.put("text", cache.text());
            range(one, "oldUntil", cache.oldUntil());
        }
    }

    private static void range(ObjectNode into, String member, Optional<Between> when) {
        when.ifPresent(
                w -> {
                    ObjectNode range = into.putObject(member);
                    range.put("earliest", w.earliest().toString());
                    w.latest().ifPresent(l -> range.put("latest", l.toString()));
                });
    }

    private void resolver(ObjectNode one, ProbeBoard.Row row) {
        Seen seen = row.seen();
        one.put("id", seen.id()).put("address", seen.address());
        one.put("operator", seen.answer().told().operator());
        one.put("country", seen.answer().told().country());
        if (!seen.region().isEmpty()) {
            one.put("region", seen.region());
        }
        AnswerVerdict verdict = board.verdict(row);
        one.put("verdict", verdict.text()).put("seenAt", row.seenAt().toString());
        ArrayNode contents = one.putArray("contents");
        seen.contents().forEach(contents::add);
        ArrayNode aliases = one.putArray("aliases");
        seen.answer().told().aliases().forEach(aliases::add);
        if (verdict.isAnswer()) {
            one.put("ttlSeconds", seen.ttlSeconds());
            one.put("latencyMillis", seen.answer().latency().toNanos() / 1e6);
        }
        one.put("site", seen.answer().told().site()).put("detail", ProbeBoard.detail(seen));
        one.put("saysStale", seen.answer().told().markedStale());
        if (seen.region().isEmpty()) {
            range(one, "oldUntil", board.oldUntil(row, now));
        }
        board.habit(row).ifPresent(habit -> one.put("habit", habit));
    }
}
