package dev.cutover.lab.world;

import dev.cutover.lab.cloudflare.CloudflareRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Judges how a run ended by looking at the provider's own data. It shares nothing with the controller but
 * the sockets between them.
 */
public final class Oracle {
    private final LabWorld world;
    private final Map<String, CloudflareRecord> before = new LinkedHashMap<>();
    private final Map<String, Map<String, Object>> byPeople = new HashMap<>();

    private final Map<LabWorld.Side, Map<String, String>> contentBefore = new HashMap<>();

    Oracle(LabWorld world) {
        this.world = world;
        for (LabWorld.Side side : LabWorld.Side.values()) {
            contentBefore.put(side, content(side));
        }
        world.zone().records().forEach(r -> before.put(key(r), r));
    }

    /**
     * Has a person edit a record in the provider's dashboard, and remembers the fields that changed: these
     * must stand whatever the cutover does.
     *
     * @param name the full name
     */
    public void edit(String name, String type, UnaryOperator<CloudflareRecord> edit) {
        CloudflareRecord was =
                world.zone().records().stream()
                        .filter(r -> r.name().equals(name) && r.type().equals(type))
                        .findFirst()
                        .orElseThrow();
        CloudflareRecord is = world.zone().editByHand(name, type, edit);
        Map<String, Object> fields = byPeople.computeIfAbsent(key(is), k -> new HashMap<>());
        remember(fields, "content", was.content(), is.content());
        remember(fields, "comment", was.comment(), is.comment());
        remember(fields, "tags", was.tags(), is.tags());
        remember(fields, "proxied", was.proxied(), is.proxied());
    }

    /** What is not as it was at the edge, beside records and pools; empty when all is. */
    public List<String> leftAtTheEdge() {
        return EdgeTale.leftBehind(world.zone());
    }

    private static void remember(Map<String, Object> fields, String field, Object was, Object is) {
        if (!was.equals(is)) {
            fields.put(field, is);
        }
    }

    /**
     * What is wrong with the zone when visitors should be on this side; empty when nothing is.
     *
     * <p>Every field of every record is compared: planned ones with the side's address, all others with how
     * they were, except where people edited them, whose values must stand.
     */
    public List<String> wrongWith(LabWorld.Side side) {
        List<String> wrong = new ArrayList<>();
        Set<String> planned = new HashSet<>();
        DemoZone.steps()
                .forEach(step -> step.forEach(name -> planned.add(DemoZone.host(name) + " A")));
        Map<String, CloudflareRecord> now = new LinkedHashMap<>();
        world.zone().records().forEach(r -> now.put(key(r), r));
        for (CloudflareRecord was : before.values()) {
            CloudflareRecord is = now.remove(key(was));
            if (is == null) {
                wrong.add(key(was) + " is gone");
                continue;
            }
            Map<String, Object> theirs = byPeople.getOrDefault(key(was), Map.of());
            String content = planned.contains(key(was)) ? side.address() : was.content();
            compare(
                    wrong,
                    key(was),
                    "content",
                    theirs.getOrDefault("content", content),
                    is.content());
            compare(wrong, key(was), "ttl", was.ttlSeconds(), is.ttlSeconds());
            compare(
                    wrong,
                    key(was),
                    "proxied",
                    theirs.getOrDefault("proxied", was.proxied()),
                    is.proxied());
            compare(
                    wrong,
                    key(was),
                    "comment",
                    theirs.getOrDefault("comment", was.comment()),
                    is.comment());
            compare(wrong, key(was), "tags", theirs.getOrDefault("tags", was.tags()), is.tags());
            compare(wrong, key(was), "settings", was.settings(), is.settings());
        }
        now.keySet().forEach(k -> wrong.add(k + " was not there before"));
        return wrong;
    }

    /** Whether visitors of this name are sent to that side right now, as the provider has it. */
    boolean isOn(LabWorld.Side side, String label) {
        return world.zone().records().stream()
                .anyMatch(
                        r ->
                                r.name().equals(DemoZone.host(label))
                                        && r.content().equals(side.address()));
    }

    /** The names visitors are sent to that side for right now, as the provider has it. */
    List<String> routedTo(LabWorld.Side side) {
        return world.zone().records().stream()
                .filter(r -> r.content().equals(side.address()))
                .map(CloudflareRecord::name)
                .toList();
    }

    /** The files of a side that are not what they were at the start; empty when all are. */
    List<String> contentChanged(LabWorld.Side side) {
        Map<String, String> was = contentBefore.getOrDefault(side, Map.of());
        Map<String, String> is = content(side);
        Set<String> paths = new TreeSet<>(was.keySet());
        paths.addAll(is.keySet());
        paths.removeIf(path -> was.getOrDefault(path, "").equals(is.getOrDefault(path, "")));
        return List.copyOf(paths);
    }

    private Map<String, String> content(LabWorld.Side side) {
        Map<String, String> found = new HashMap<>();
        try {
            // The folder may be a link that a promotion moves.
            Path folder = world.siteFolder(side).toRealPath();
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    found.put(folder.relativize(file).toString(), Files.readString(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the site of " + side, e);
        }
        return found;
    }

    private static void compare(
            List<String> wrong, String record, String field, Object expected, Object seen) {
        if (!expected.equals(seen)) {
            wrong.add(record + ": " + field + " expected " + expected + ", seen " + seen);
        }
    }

    private static String key(CloudflareRecord record) {
        return record.name() + " " + record.type();
    }
}
