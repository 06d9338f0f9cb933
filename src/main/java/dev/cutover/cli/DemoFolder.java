package dev.cutover.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of one demo: about 100 MB of database, logs and images, removed when nobody needs them.
 *
 * <p>A file in it names the demo's process. What is left of a demo that was killed is removed by a later
 * one, a day later; a folder that was kept on purpose carries no such file any more and stays.
 */
final class DemoFolder {
    private static final String OWNER = "demo.pid";
    private static final Duration LEFT_BEHIND = Duration.ofDays(1);

    private final Path folder;

    private DemoFolder(Path folder) {
        this.folder = folder;
    }

    /** Marks a folder as that of the demo in this process. */
    static DemoFolder own(Path folder) throws IOException {
        Files.writeString(folder.resolve(OWNER), Long.toString(ProcessHandle.current().pid()));
        return new DemoFolder(folder);
    }

    /** Leaves the folder for people to look at. */
    void keep() throws IOException {
        Files.deleteIfExists(folder.resolve(OWNER));
    }

    /** Removes the folder with all that is in it. */
    void remove() throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            removeTree(folder);
        }
    }

    /** Removes what dead demos left beside a folder more than a day before; what cannot be removed stays. */
    static void removeLeftBehind(Path siblingsOf, Instant now) {
        Path parent = siblingsOf.toAbsolutePath().getParent();
        if (parent == null) {
            return;
        }
        List<Path> folders;
        try (Stream<Path> files = Files.list(parent)) {
            folders =
                    files.filter(f -> f.getFileName().toString().startsWith("cutover-lab-"))
                            .filter(f -> isLeftBehind(f, now))
                            .toList();
        } catch (IOException e) {
            return;
        }
        for (Path one : folders) {
            try {
                removeTree(one);
            } catch (IOException e) {
                // Somebody else's, most likely: it harms nobody.
            }
        }
    }

    private static boolean isLeftBehind(Path folder, Instant now) {
        try {
            Path owner = folder.resolve(OWNER);
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    || !Files.isRegularFile(owner, LinkOption.NOFOLLOW_LINKS)
                    || Files.size(owner) > 20) {
                return false;
            }
            boolean old =
                    Files.getLastModifiedTime(owner).toInstant().isBefore(now.minus(LEFT_BEHIND));
            String pid = Files.readString(owner).strip();
            return old
                    && pid.matches("[0-9]{1,18}")
                    && ProcessHandle.of(Long.parseLong(pid)).map(p -> !p.isAlive()).orElse(true);
        } catch (IOException e) {
            return false;
        }
    }

    static void removeTree(Path root) throws IOException {
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<Path>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path dir, IOException mistake)
                            throws IOException {
                        Files.deleteIfExists(dir);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
