package dev.cutover.lab.http;

import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Headers as the lab keeps them: all values by lower-case name, in the order they came. */
final class Headers {
    private Headers() {}

    static Map<String, List<String>> of(MultiMap came) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        came.forEach(
                entry ->
                        headers.computeIfAbsent(
                                        entry.getKey().toLowerCase(Locale.ROOT),
                                        name -> new ArrayList<>())
                                .add(entry.getValue()));
        return headers;
    }
}
