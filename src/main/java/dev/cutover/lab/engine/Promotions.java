package dev.cutover.lab.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.lab.LabClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The engine's work and its memory: promotions run one at a time, each remembered in a file.
 *
 * <p>Production is a symbolic link to a release folder beside it. A promotion copies production
 * aside, copies staging into a new release, and swaps the link; a restart takes up what had not
 * ended from the last step that is known to be whole. Safe for many threads.
 */
final class Promotions implements AutoCloseable {

    /** What the engine is told to do wrong. */
    enum Fault {
        NONE,
        /** The next imports stop half-way; production stays as it was. */
        FAIL,
        /** One file of production is damaged right after the import. */
        CORRUPT,
        /** Imports begin and never end. */
        HANG
    }

    private static final int MOST_MISMATCHES = 20;
    private static final Duration ROLLBACK_PATIENCE = Duration.ofSeconds(30);

    private final Path staging;
    private final Path production;
    private final Path releases;
    private final Path files;
    private final Path backups;
    private final Duration length;
    private final LabClock clock = new LabClock();
    private final SortedMap<String, Promotion> known = new TreeMap<>();
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("promotion").factory());
    private volatile Fault fault;

    /**
     * Reads what is remembered and takes it up again.
     *
     * @param production a link, or a folder that becomes the first release
     * @param data where promotions and backups are kept; on any file system
     * @param length how long a copy is stretched to at least
     */
    Promotions(Path staging, Path production, Path data, Duration length, Fault fault)
            throws IOException {
        this.staging = staging;
        this.production = production;
        this.releases = production.resolveSibling(production.getFileName() + ".releases");
        this.files = Files.createDirectories(data.resolve("promotions"));
        this.backups = Files.createDirectories(data.resolve("backups"));
        this.length = length;
        this.fault = fault;
        adopt();
        try (var list = Files.list(files)) {
            for (var file : list.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                var promotion = Promotion.read(Files.readAllBytes(file));
                known.put(promotion.id(), promotion);
                if (!promotion.isEnded()) {
                    worker.execute(() -> run(promotion.id()));
                }
            }
        }
    }

    void fault(Fault from) {
        fault = from;
    }

    synchronized List<Promotion> all() {
        return new ArrayList<>(known.values());
    }

    synchronized Optional<Promotion> find(String id) {
        return Optional.ofNullable(known.get(id));
    }

    /** Remembers a new promotion and queues it; one that is known already is left as it is. */
    synchronized boolean start(String id, String from, String to) throws IOException {
        if (known.containsKey(id)) {
            return false;
        }
        remember(Promotion.asked(id, from, to, clock.instant().toString()));
        worker.execute(() -> run(id));
        return true;
    }

    /** Compares both trees anew, file by file. */
    ObjectNode verify(Promotion promotion) throws IOException {
        var source = Trees.hashes(staging);
        var target = Trees.hashes(production);
        var answer = Promotion.object();
        var mismatches = answer.putArray("mismatches");
        var paths = new HashSet<>(source.keySet());
        paths.addAll(target.keySet());
        var different =
                paths.stream()
                        .filter(
                                path ->
                                        !source.getOrDefault(path, "absent")
                                                .equals(target.getOrDefault(path, "absent")))
                        .sorted()
                        .toList();
        for (var path : different.subList(0, Math.min(MOST_MISMATCHES, different.size()))) {
            var mismatch = mismatches.addObject();
            mismatch.put("path", path);
            mismatch.put("staging", source.getOrDefault(path, "absent"));
            mismatch.put("production", target.getOrDefault(path, "absent"));
        }
        answer.put("verified", different.isEmpty());
        answer.put("mismatchCount", different.size());
        answer.set("evidence", Promotion.json(Trees.digest(production)));
        return answer;
    }

    /** Puts the tree back that was there before; again and again with the same result. */
    ObjectNode rollBack(String id) throws IOException, InterruptedException {
        cancelled.add(id);
        awaitEnd(id);
        // One at a time with imports: both move the same link.
        var restored = worker.submit(() -> restore(id));
        try {
            return restored.get(ROLLBACK_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException("rollback of " + id + " failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException("rollback of " + id + " did not end in " + ROLLBACK_PATIENCE, e);
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }

    private ObjectNode restore(String id) throws IOException, InterruptedException {
        var promotion = find(id).orElseThrow();
        var backup = promotion.backup();
        // Only what this promotion brought is taken back: a failed one never reached production,
        // and a later one is not undone by the way.
        if (backup.isPresent() && pointsAt(releases.resolve(id))) {
            var release = releases.resolve(id + ".before");
            Trees.delete(release);
            Trees.copy(backups.resolve(id), release, (done, of) -> {});
            Trees.point(production, release);
        }
        remember(find(id).orElseThrow().takenBack());
        var answer = Promotion.object();
        answer.put("rolledBack", true);
        answer.put(
                "matchesBackup", backup.isEmpty() || backup.get().equals(Trees.digest(production)));
        answer.set("evidence", Promotion.json(Trees.digest(production)));
        return answer;
    }

    private void run(String id) {
        try {
            work(id);
        } catch (InterruptedException e) {
            // The process ends; the file says how far this came.
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            fail(id, String.valueOf(e.getMessage()));
        }
    }

    private void work(String id) throws IOException, InterruptedException {
        var release = releases.resolve(id);
        var backup = backups.resolve(id);
        var promotion = find(id).orElseThrow().running("copying production aside");
        remember(promotion);
        if (promotion.backup().isEmpty()) {
            Trees.delete(backup);
            Trees.copy(production, backup, (done, of) -> stopIfCancelled(id));
            promotion = promotion.backedUp(Trees.digest(backup));
            remember(promotion);
        }
        // A kill between the swap and the note of it: the link is the truth.
        if (!pointsAt(release)) {
            Trees.delete(release);
            Trees.copy(staging, release, (done, of) -> imported(id, done, of));
            stopIfCancelled(id);
            Trees.point(production, release);
        }
        if (fault == Fault.CORRUPT) {
            damage(release);
        }
        remember(find(id).orElseThrow().done(Trees.digest(production), clock.instant().toString()));
    }

    private void imported(String id, int done, int of) throws IOException, InterruptedException {
        stopIfCancelled(id);
        if (fault == Fault.FAIL && done >= of / 2) {
            throw new IOException(
                    "import stopped at file %d of %d: disk quota".formatted(done, of));
        }
        while (fault == Fault.HANG && done >= of / 2) {
            stopIfCancelled(id);
            Thread.sleep(50);
        }
        synchronized (this) {
            var promotion = find(id).orElseThrow();
            known.put(id, promotion.running("%d of %d files".formatted(done, of)));
        }
        Thread.sleep(length.dividedBy(Math.max(1, of)));
    }

    private void stopIfCancelled(String id) throws IOException {
        if (cancelled.contains(id)) {
            throw new IOException("stopped by a rollback");
        }
    }

    private void fail(String id, String why) {
        try {
            remember(find(id).orElseThrow().failed(why, clock.instant().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot note the failure of " + id, e);
        }
    }

    private void awaitEnd(String id) throws InterruptedException, IOException {
        var until = System.nanoTime() + ROLLBACK_PATIENCE.toNanos();
        while (!find(id).orElseThrow().isEnded()) {
            if (System.nanoTime() > until) {
                throw new IOException("promotion " + id + " did not stop");
            }
            Thread.sleep(20);
        }
    }

    private synchronized void remember(Promotion promotion) throws IOException {
        known.put(promotion.id(), promotion);
        Trees.replace(
                files.resolve(promotion.id() + ".json"),
                promotion.json().toString().getBytes(StandardCharsets.UTF_8));
    }

    private boolean pointsAt(Path release) throws IOException {
        return Files.isDirectory(release)
                && Files.exists(production)
                && production.toRealPath().equals(release.toRealPath());
    }

    /** Makes a link of a production that is still a plain folder. */
    private void adopt() throws IOException {
        Files.createDirectories(releases);
        var first = releases.resolve("first");
        if (Files.isSymbolicLink(production)) {
            return;
        }
        if (Files.isDirectory(production, LinkOption.NOFOLLOW_LINKS)) {
            Files.move(production, first);
        }
        // Also after a kill between the two steps: then the folder has moved and no link is there.
        Trees.point(production, Files.createDirectories(first));
    }

    private static void damage(Path release) throws IOException {
        try (var walk = Files.walk(release)) {
            var page = walk.filter(f -> f.toString().endsWith(".html")).sorted().findFirst();
            if (page.isPresent()) {
                Files.writeString(page.get(), "<!-- cut", StandardOpenOption.TRUNCATE_EXISTING);
            }
        }
    }
}
