package dev.cutover.lab.cloudflare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the vendor's OpenAPI file stands: beside the project, never inside it. */
final class ContractFile {

    private static final String NAME = "cloudflare-openapi-subset.json";

    private ContractFile() {}

    /** The file, looked for at CUTOVER_CONTRACTS, then in shared/contracts of the folders above. */
    static Optional<Path> find() {
        var named = System.getenv("CUTOVER_CONTRACTS");
        if (named != null) {
            return Optional.of(Path.of(named, NAME)).filter(Files::isReadable);
        }
        var folder = Path.of("").toAbsolutePath();
        for (var up = 0; up < 3 && folder != null; up++) {
            var file = folder.resolve("shared/contracts").resolve(NAME);
            if (Files.isReadable(file)) {
                return Optional.of(file);
            }
            folder = folder.getParent();
        }
        return Optional.empty();
    }
}
