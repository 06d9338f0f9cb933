package dev.cutover.lab.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Whole folders of plain files: listed, hashed, compared, copied, swapped, deleted. */
final class Trees {

    private static final int MOST_FILES = 100_000;

    /** What a folder holds, in few words. */
    record Digest(long files, long bytes, String sha256) {}

    /** Called before each file of a copy; may wait, and may throw to end it. */
    @FunctionalInterface
    interface EachFile {
        void next(int done, int of) throws IOException, InterruptedException;
    }

    private Trees() {}

    /** Every plain file below a folder by its path with {@code /}, with its SHA-256. */
    static SortedMap<String, String> hashes(Path folder) throws IOException {
        var found = new TreeMap<String, String>();
        for (var file : files(folder)) {
            found.put(relative(folder, file), hex(sha256().digest(Files.readAllBytes(file))));
        }
        return found;
    }

    /** Count, size and one hash over all paths and contents. */
    static Digest digest(Path folder) throws IOException {
        var whole = sha256();
        var bytes = 0L;
        var files = files(folder);
        for (var file : files) {
            var content = Files.readAllBytes(file);
            whole.update(relative(folder, file).getBytes(StandardCharsets.UTF_8));
            // A zero byte ends the path, eight bytes of length begin the content.
            whole.update(ByteBuffer.allocate(9).put((byte) 0).putLong(content.length).flip());
            whole.update(content);
            bytes += content.length;
        }
        return new Digest(files.size(), bytes, hex(whole.digest()));
    }

    /** Copies every plain file into a folder that must not exist, and forces each to disk. */
    static void copy(Path from, Path to, EachFile each) throws IOException, InterruptedException {
        var files = files(from);
        Files.createDirectories(to);
        var done = 0;
        for (var file : files) {
            each.next(done++, files.size());
            var target = to.resolve(relative(from, file));
            Files.createDirectories(target.getParent());
            Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            force(target);
        }
    }

    /** Deletes a folder and all it holds; one that is not there is fine. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path emptied, @Nullable IOException failed) throws IOException {
                        if (failed != null) {
                            throw failed;
                        }
                        Files.delete(emptied);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /** Points a symbolic link at a folder beside it, in one step seen by all readers. */
    static void point(Path link, Path at) throws IOException {
        var fresh = link.resolveSibling(link.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createSymbolicLink(fresh, folder(link).relativize(at.toAbsolutePath()));
        Files.move(
                fresh, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(folder(link));
    }

    /** Replaces a file whole: written beside it, forced to disk, renamed over it. */
    static void replace(Path file, byte[] content) throws IOException {
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, content);
        force(fresh);
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(folder(file));
    }

    private static Path folder(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a folder");
    }

    private static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        var root = folder.toRealPath();
        try (var walk = Files.walk(root)) {
            var found =
                    new ArrayList<>(
                            walk.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS))
                                    .limit(MOST_FILES + 1L)
                                    .sorted()
                                    .toList());
            if (found.size() > MOST_FILES) {
                throw new IOException(folder + " holds more than " + MOST_FILES + " files");
            }
            return found;
        }
    }

    private static String relative(Path folder, Path file) throws IOException {
        return folder.toRealPath().relativize(file).toString().replace('\\', '/');
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no SHA-256 in this JVM", e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
