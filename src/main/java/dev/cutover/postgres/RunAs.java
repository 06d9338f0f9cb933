package dev.cutover.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The words to put before a command so that PostgreSQL agrees to run as this user.
///
/// PostgreSQL refuses root, and initdb refuses a user without a name. Both are cured without any
/// privilege by a user namespace in which this same user goes by another number: files stay
/// owned by the real user. A user whom PostgreSQL accepts gets no namespace.
///
/// `setsid` comes first where it exists: a Ctrl-C in a terminal goes to the whole process
/// group, and the database must outlive the orderly end of the process that uses it.
final class RunAs {

    /// The number the kernel shows for whoever a namespace does not map.
    private static final int NOBODY = 65_534;

    private static final long PATIENCE_SECONDS = 10;

    private RunAs() {}

    /// Finds the prefix for the user of this process.
    ///
    /// @throws PostgresStartException when a namespace is needed and this system gives none
    static List<String> prefix() throws IOException, InterruptedException {
        List<String> words = new ArrayList<>();
        if (onPath("setsid")) {
            words.add("setsid");
        }
        words.addAll(namespace(uid(), namedUsers()));
        return List.copyOf(words);
    }

    /// Chooses the namespace for `uid`; `named` are the numbers with a name.
    static List<String> namespace(long uid, List<Long> named)
            throws IOException, InterruptedException {
        boolean root = uid == 0;
        if (!root && (uid < 0 || named.contains(uid) || hasNameElsewhere())) {
            return List.of();
        }
        List<String> words = new ArrayList<>(List.of("unshare", "--user"));
        if (!root || !named.contains((long) NOBODY)) {
            words.add("--map-user=" + stranger(named));
        }
        List<String> trial = new ArrayList<>(words);
        trial.addAll(List.of("sh", "-c", "id -un"));
        String refused = failure(trial);
        if (refused != null) {
            throw new PostgresStartException(
                    "PostgreSQL does not run as "
                            + (root ? "root" : "user " + uid + ", which has no name")
                            + ", and a user namespace could not be made here ("
                            + refused
                            + ")",
                    "run as an ordinary named user, or " + PostgresStartException.USE_EXTERNAL);
        }
        return words;
    }

    private static long stranger(List<Long> named) {
        return named.contains((long) NOBODY)
                ? NOBODY
                : named.stream().filter(uid -> uid != 0).findFirst().orElse((long) NOBODY);
    }

    /// The effective user number; -1 where the system does not tell and the user is not root.
    private static long uid() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (Files.isReadable(status)) {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("Uid:")) {
                    return Long.parseLong(line.split("\\s+", -1)[2]);
                }
            }
        }
        return "root".equals(System.getProperty("user.name")) ? 0 : -1;
    }

    private static List<Long> namedUsers() {
        List<Long> uids = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
                String[] fields = line.split(":", 4);
                if (fields.length > 2 && fields[2].matches("[0-9]{1,10}")) {
                    uids.add(Long.valueOf(fields[2]));
                }
            }
        } catch (IOException none) {
            return List.of();
        }
        return uids;
    }

    /// Names may also come from a directory service, which only the system's own tools ask.
    private static boolean hasNameElsewhere() throws IOException, InterruptedException {
        return failure(List.of("id", "-un")) == null;
    }

    private static @Nullable String failure(List<String> command)
            throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException absent) {
            return absent.getMessage() == null ? absent.toString() : absent.getMessage();
        }
        process.getOutputStream().close();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return "no end within " + PATIENCE_SECONDS + " s";
        }
        byte[] output = process.getInputStream().readNBytes(1_000);
        String said = new String(output, StandardCharsets.UTF_8).strip();
        return process.exitValue() == 0 ? null : said + ", exit " + process.exitValue();
    }

    private static boolean onPath(String program) {
        String path = System.getenv("PATH");
        if (path == null) {
            return false;
        }
        for (String folder : path.split(":", -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
