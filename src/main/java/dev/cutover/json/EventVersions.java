package dev.cutover.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.life.Event;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The versions of every event type, and how old ones become new ones.
 *
 * <p>A type's newest version is one more than the number of its upcasters. Whoever changes what an event's
 * JSON looks like, also deep inside it, adds an upcaster and a golden file; old golden files stay.
 */
public final class EventVersions {
    /** What this program writes and reads. */
    public static final EventVersions CURRENT = new EventVersions(allAtFirst());

    private final SortedMap<String, List<UnaryOperator<ObjectNode>>> upcasters;

    private EventVersions(SortedMap<String, List<UnaryOperator<ObjectNode>>> upcasters) {
        this.upcasters = Collections.unmodifiableSortedMap(upcasters);
    }

    private static SortedMap<String, List<UnaryOperator<ObjectNode>>> allAtFirst() {
        SortedMap<String, List<UnaryOperator<ObjectNode>>> first = new TreeMap<>();
        SealedTypes.records(Event.class)
                .forEach(type -> first.put(type.getSimpleName(), List.of()));
        return first;
    }

    /**
     * These versions with a newer one of one type.
     *
     * @param upcaster turns the data of the version that was newest until now into data of the next
     */
    EventVersions and(Class<? extends Event> type, UnaryOperator<ObjectNode> upcaster) {
        SortedMap<String, List<UnaryOperator<ObjectNode>>> more = new TreeMap<>(upcasters);
        more.merge(
                type.getSimpleName(),
                List.of(upcaster),
                (so, one) -> Stream.concat(so.stream(), one.stream()).toList());
        return new EventVersions(more);
    }

    /** The newest version of a type; 0 when the type is not known. */
    public int newest(String type) {
        List<UnaryOperator<ObjectNode>> steps = upcasters.get(type);
        return steps == null ? 0 : steps.size() + 1;
    }

    /** Every type and version that can be read, as {@code Approved.1}. */
    public List<String> readable() {
        return upcasters.keySet().stream()
                .flatMap(
                        type ->
                                Stream.iterate(1, v -> v <= newest(type), v -> v + 1)
                                        .map(v -> type + "." + v))
                .toList();
    }

    /**
     * Data of an old version as data of the newest.
     *
     * @throws UnknownEventException when the type or the version is not known
     */
    ObjectNode upcast(String type, int version, ObjectNode data) {
        int newest = newest(type);
        if (version < 1 || version > newest) {
            throw new UnknownEventException(type, version, newest);
        }
        ObjectNode now = data;
        for (UnaryOperator<ObjectNode> step :
                upcasters.getOrDefault(type, List.of()).subList(version - 1, newest - 1)) {
            now = step.apply(now);
        }
        return now;
    }
}
