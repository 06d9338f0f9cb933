package dev.cutover.lab.world;

import dev.cutover.lab.cloudflare.CloudflareRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges how a run ended by looking at the provider's own data. It shares nothing with the controller but
 * the sockets between them.
 */
public final class Oracle {
    private final LabWorld world;
    private final Map<String, CloudflareRecord> before = new LinkedHashMap<>();
    private final Map<String, CloudflareRecord> byPeople = new HashMap<>();

    Oracle(LabWorld world) {
        this.world = world;
        world.zone().records().forEach(r -> before.put(key(r), r));
    }

    /** Remembers that people want this record as it is now, whatever the cutover does. */
    public void editedByPeople(CloudflareRecord record) {
        byPeople.put(key(record), record);
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
            CloudflareRecord wanted = byPeople.getOrDefault(key(was), was);
            CloudflareRecord is = now.remove(key(was));
            if (is == null) {
                wrong.add(key(was) + " is gone");
                continue;
            }
            boolean theirContent =
                    byPeople.containsKey(key(was)) && !wanted.content().equals(was.content());
            String content =
                    planned.contains(key(was)) && !theirContent ? side.address() : wanted.content();
            compare(wrong, key(was), "content", content, is.content());
            compare(wrong, key(was), "ttl", was.ttlSeconds(), is.ttlSeconds());
            compare(wrong, key(was), "proxied", wanted.proxied(), is.proxied());
            compare(wrong, key(was), "comment", wanted.comment(), is.comment());
            compare(wrong, key(was), "tags", wanted.tags(), is.tags());
            compare(wrong, key(was), "settings", wanted.settings(), is.settings());
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
