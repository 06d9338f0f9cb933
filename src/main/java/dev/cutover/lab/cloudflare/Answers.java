package dev.cutover.lab.cloudflare;

import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How the vendor's authorities answer the records of one name. */
final class Answers {

    /** A character string of a TXT record holds no more bytes. Source: RFC 1035 section 3.3. */
    private static final int LONGEST_STRING = 255;

    private Answers() {}

    static List<ZoneRecord> of(
            String owner,
            List<CloudflareRecord> atName,
            Map<String, List<CloudflareRecord>> zone,
            ZoneState state) {
        var answers = new ArrayList<ZoneRecord>();
        var edgeGiven = false;
        for (var record : atName) {
            if (record.proxied()) {
                // All proxied records of a name share the edge's addresses.
                if (!edgeGiven) {
                    state.edge()
                            .forEach(edge -> answers.add(new ZoneRecord(owner, "A", 300, edge)));
                    edgeGiven = true;
                }
            } else if (record.type().equals("CNAME") && owner.equals(state.name())) {
                // An alias at the apex is flattened; only targets in this zone are known here.
                zone.getOrDefault(record.content(), List.of()).stream()
                        .filter(target -> !target.type().equals("CNAME"))
                        .forEach(target -> answers.addAll(plain(owner, target)));
            } else {
                answers.addAll(plain(owner, record));
            }
        }
        return answers;
    }

    private static List<ZoneRecord> plain(String owner, CloudflareRecord record) {
        var content =
                switch (record.type()) {
                    case "MX", "URI" -> record.priority().orElse(0) + " " + record.content();
                    case "TXT" -> quoted(record.content());
                    default -> record.content();
                };
        return List.of(
                new ZoneRecord(
                        owner, record.type(), ZoneState.answeredTtlSeconds(record), content));
    }

    private static String quoted(String text) {
        if (text.startsWith("\"") && text.endsWith("\"") && text.length() > 1) {
            return text;
        }
        var strings = new ArrayList<String>();
        for (var at = 0; at < text.length(); at += LONGEST_STRING) {
            var part = text.substring(at, Math.min(text.length(), at + LONGEST_STRING));
            strings.add('"' + part.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
        }
        return String.join(" ", strings);
    }
}
