package dev.cutover.wiring;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Where the world is and where requests may go: the settings that adapters need, with or without the
 * platform.
 *
 * @param cloudflare the API's base
 * @param engine the promotion engine's base
 * @param egress networks opened beside the public ones
 * @param trustFile PEM certificates trusted beside the system's
 * @param secretNames environment variables plans may refer to
 * @param secretDirectory folder whose files settings may refer to
 */
record Outside(
        URI cloudflare,
        Optional<URI> engine,
        List<String> egress,
        Optional<Path> trustFile,
        Set<String> secretNames,
        Optional<Path> secretDirectory) {

    static Outside of(Settings s) {
        return new Outside(
                s.cloudflare().url(),
                s.engine().url(),
                s.egress().allow().orElse(List.of()),
                s.tls().trustFile(),
                Set.copyOf(s.secrets().allow().orElse(List.of())),
                s.secrets().directory());
    }

    /** From the environment alone, for commands that start no platform. */
    static Outside early(Function<String, Optional<String>> setting) {
        return new Outside(
                setting.apply("cutover.cloudflare.url")
                        .map(URI::create)
                        .orElse(URI.create("https://api.cloudflare.com/client/v4")),
                setting.apply("cutover.engine.url").map(URI::create),
                setting.apply("cutover.egress.allow").map(Outside::words).orElse(List.of()),
                setting.apply("cutover.tls.trust-file").map(Path::of),
                Set.copyOf(
                        setting.apply("cutover.secrets.allow")
                                .map(Outside::words)
                                .orElse(List.of())),
                setting.apply("cutover.secrets.directory").map(Path::of));
    }

    private static List<String> words(String text) {
        return Stream.of(text.split(",", -1)).map(String::strip).filter(w -> !w.isEmpty()).toList();
    }
}
