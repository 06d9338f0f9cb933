package dev.cutover.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What this machine has of the servers the tests want beside them. */
public final class Peers {
    private static final List<Path> PROGRAMS =
            List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/usr/local/bin"));

    private Peers() {}

    /**
     * A peer's file, or the end of the test: where it is missing a developer's machine skips with the
     * reason, continuous integration fails.
     *
     * @param debianPackage what to install to have it
     */
    public static Path need(Optional<Path> found, String what, String debianPackage) {
        String missing = what + " is not installed; on Debian: apt-get install " + debianPackage;
        if (System.getenv("CI") != null) {
            assertThat(found).as(missing).isPresent();
        }
        if (found.isEmpty()) {
            System.out.println("skipped: " + missing);
        }
        assumeTrue(found.isPresent(), missing);
        return found.orElseThrow();
    }

    /** Lets servers that run as users of their own get to what is below a folder. */
    public static Path reachable(Path folder) throws IOException {
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    }

    /** A program by its name, in the usual folders. */
    public static Optional<Path> program(String name) {
        return PROGRAMS.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The folder of the newest PostgreSQL server's programs. */
    static Optional<Path> postgres() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.filter(v -> Files.isExecutable(v.resolve("bin/postgres")))
                    .max(Comparator.comparingInt(Peers::major))
                    .map(version -> version.resolve("bin"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Debian keeps each version in a folder of its number. */
    private static int major(Path version) {
        return Integer.parseInt(version.toFile().getName());
    }
}
