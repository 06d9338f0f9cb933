package dev.cutover.lab.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP request as a lab server received it, body read whole.
 *
 * @param method upper case, as sent
 * @param path decoded path, always starting with {@code /}
 * @param query the raw query without {@code ?}, empty when there was none
 * @param headers field names in lower case; values in order of arrival
 * @param from the peer's address as text
 */
@SuppressWarnings("ArrayRecordComponent") // a body is read once, never compared
public record Request(
        String method,
        String path,
        String query,
        Map<String, List<String>> headers,
        byte[] body,
        String from) {

    /** The first value of a header, whatever the case of its name. */
    public Optional<String> header(String name) {
        var values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null || values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
    }

    /** The host asked for, lower case and without port; empty when there was no Host header. */
    public String host() {
        var host = header("host").orElse("");
        var colon = host.lastIndexOf(':');
        var name = colon > 0 && !host.endsWith("]") ? host.substring(0, colon) : host;
        return name.toLowerCase(Locale.ROOT);
    }

    /** The query as decoded parameters in order; of a repeated name the last one counts. */
    public Map<String, String> parameters() {
        var found = new LinkedHashMap<String, String>();
        for (var pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            var equals = pair.indexOf('=');
            var name = equals < 0 ? pair : pair.substring(0, equals);
            var value = equals < 0 ? "" : pair.substring(equals + 1);
            found.put(
                    URLDecoder.decode(name, StandardCharsets.UTF_8),
                    URLDecoder.decode(value, StandardCharsets.UTF_8));
        }
        return found;
    }

    /** The parts of the path between slashes, empty parts left out. */
    public List<String> segments() {
        var parts = new ArrayList<String>();
        for (var part : path.split("/", -1)) {
            if (!part.isEmpty()) {
                parts.add(part);
            }
        }
        return parts;
    }

    /** The credential of {@code Authorization: Bearer}, if that is what was sent. */
    public Optional<String> bearer() {
        return header("authorization")
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip());
    }

    /** The body as UTF-8 text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
