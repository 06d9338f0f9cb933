package dev.cutover.lab.dns;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the owner of a zone offers to the servers that answer for it.
 *
 * <p>Each server is known by its index, counted from 0, so that the owner can let one lag behind
 * another after a write. Called from many threads at once, for every question that arrives: {@link
 * #version} must be quick, and {@link #recordsAt} is called only when the version has changed.
 */
public interface ZoneSource {

    /** The zone's name without the dot at its end, in lower case: {@code acme.example}. */
    String origin();

    /**
     * The version of the zone that this server serves at this moment: it is the serial of the SOA
     * record too (its low 32 bits), and grows with every change. Equal versions promise equal {@link
     * #recordsAt}. A server that lags serves an older version.
     *
     * @param serverIndex which server asks, from 0
     * @param now the lab's time
     */
    long version(int serverIndex, Instant now);

    /**
     * All records that this server serves at this moment, exactly as it answers them: proxied
     * records already turned into addresses of the edge, "automatic" TTLs into seconds.
     *
     * <p>SOA and NS at the origin are the servers' own and are not in the list. A name without
     * records is not in the list.
     *
     * @param serverIndex which server asks, from 0
     * @param now the lab's time
     */
    List<ZoneRecord> recordsAt(int serverIndex, Instant now);

    /** The key it is signed with; empty, as for most, when it is not signed. */
    default Optional<ZoneKey> key() {
        return Optional.empty();
    }

    /**
     * One record as an authority answers it.
     *
     * @param name the owner's full name, any case, with or without the dot at its end; the first
     *     label may be {@code *}
     * @param type the type's mnemonic: {@code A}, {@code AAAA}, {@code CNAME}, {@code TXT}...
     * @param ttlSeconds 0 to 2147483647
     * @param content the data in presentation format, names full with or without the dot at the end;
     *     text in quotes, {@code 10 mail.acme.example}, {@code 0 issue "letsencrypt.org"}. Source:
     *     RFC 1035 section 5.1
     */
    record ZoneRecord(String name, String type, long ttlSeconds, String content) {}
}
