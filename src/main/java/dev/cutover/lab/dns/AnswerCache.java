package dev.cutover.lab.dns;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/** The answers one cache holds, at most {@value #SETS}. Safe for many threads. */
final class AnswerCache {

    private static final int SETS = 5_000;

    /** Stands for all types at once: an entry of this type says that the name does not exist. */
    static final int NO_SUCH_NAME = 0;

    private final Map<Question, Kept> entries =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Question, Kept> eldest) {
                    return size() > SETS;
                }
            };

    /** What an answer is kept under. */
    record Question(Name name, int type) {}

    /**
     * One kept answer.
     *
     * @param records the set; empty for a negative answer
     * @param soa the SOA of a negative answer (RFC 2308 section 5); empty for a positive one
     * @param ttlSeconds as shown when it was fresh
     */
    record Kept(
            int rcode, List<Record> records, List<Record> soa, long ttlSeconds, Instant storedAt) {

        Instant expiresAt() {
            return storedAt.plusSeconds(ttlSeconds);
        }

        /** What the TTL is at this moment, in whole seconds, at least 1 before the expiry. */
        long ttlSecondsAt(Instant now) {
            long age = Math.max(0, Duration.between(storedAt, now).toSeconds());
            return Math.max(0, ttlSeconds - age);
        }
    }

    /** The answer under a key, if its expiry is later than {@code now - overtime}. */
    synchronized Optional<Kept> find(Question key, Instant now, Duration overtime) {
        return Optional.ofNullable(entries.get(key))
                .filter(entry -> now.isBefore(entry.expiresAt().plus(overtime)));
    }

    synchronized void put(Question key, Kept entry) {
        if (!entry.records().isEmpty()) {
            entries.remove(new Question(key.name(), NO_SUCH_NAME));
        }
        entries.put(key, entry);
    }

    synchronized void forget() {
        entries.clear();
    }
}
