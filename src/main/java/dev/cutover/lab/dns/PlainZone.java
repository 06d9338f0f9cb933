package dev.cutover.lab.dns;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A zone held in memory, the same at every server from the moment of a change on, except where a server
 * is told to lag.
 *
 * <p>For zones nobody cuts over, such as the name servers' own, and for tests.
 */
public final class PlainZone implements ZoneSource {

    private final String origin;
    private final Map<Integer, State> lagging = new ConcurrentHashMap<>();
    private volatile State state;
    private volatile Optional<ZoneKey> key = Optional.empty();

    /** One version of the zone. */
    private record State(long version, List<ZoneRecord> records) {}

    /** A zone with these records, at version 1. */
    public PlainZone(String origin, ZoneRecord... records) {
        this.origin = origin.toLowerCase(Locale.ROOT);
        this.state = new State(1, List.of(records));
    }

    /** Replaces all records of this name and type by these; with none, they are gone. */
    public synchronized void set(String name, String type, ZoneRecord... records) {
        Stream<ZoneRecord> others =
                state.records().stream()
                        .filter(r -> !r.name().equalsIgnoreCase(name) || !r.type().equals(type));
        state = new State(state.version() + 1, Stream.concat(others, Stream.of(records)).toList());
    }

    /** From now on the zone is signed with this key. */
    public synchronized void sign(ZoneKey key) {
        this.key = Optional.of(key);
        state = new State(state.version() + 1, state.records());
    }

    @Override
    public Optional<ZoneKey> key() {
        return key;
    }

    /** From now on this server goes on serving the zone as it is, whatever is changed. */
    public synchronized void lag(int serverIndex) {
        lagging.put(serverIndex, state);
    }

    /** From now on every server serves the zone as it is. */
    public void catchUp() {
        lagging.clear();
    }

    private State shownBy(int serverIndex) {
        return lagging.getOrDefault(serverIndex, state);
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public long version(int serverIndex, Instant now) {
        return shownBy(serverIndex).version();
    }

    @Override
    public List<ZoneRecord> recordsAt(int serverIndex, Instant now) {
        return shownBy(serverIndex).records();
    }
}
