package dev.cutover.port;

import java.time.Duration;
import java.util.Optional;

/**
 * Who is signed in, the same for every node of a store. It is given digests of secrets, never secrets, and
 * its times are the store's own clock. Safe for concurrent use; every call may throw {@link PortException}.
 */
public interface SignIns {
    /** What a secret is good for. */
    enum Kind {
        /** For as long as it lasts. */
        SESSION,
        /** For opening a session, once. */
        CODE
    }

    /**
     * Keeps one.
     *
     * @param digest of its secret
     * @param key digest of the API key it was opened with
     * @param most of this kind and key; those that end first make room
     */
    void keep(Kind kind, String digest, String key, Duration life, int most);

    /** The digest of the API key a session was opened with; empty when it is unknown or over. */
    Optional<String> find(String digest);

    /** Uses a code up; the digest of its API key, empty when it is unknown, used or over. */
    Optional<String> take(String digest);

    /** Ends a session; nothing happens when there is none. */
    void end(String digest);
}
