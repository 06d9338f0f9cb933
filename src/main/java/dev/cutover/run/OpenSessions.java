package dev.cutover.run;

import dev.cutover.port.PortException;
import dev.cutover.port.SignIns;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who is signed in, for the faces: the same at every node of a store.
 *
 * <p>Every method throws {@link StoreUnavailableException} when the store does not answer.
 */
public final class OpenSessions {
    private final SignIns signIns;

    public OpenSessions(SignIns signIns) {
        this.signIns = signIns;
    }

    /**
     * Opens a session.
     *
     * @param digest of its cookie
     * @param key digest of the API key
     * @param most sessions of this key; the oldest make room
     */
    public void open(String digest, String key, Duration life, int most) {
        keep(SignIns.Kind.SESSION, digest, key, life, most);
    }

    /** Makes a code that opens a session once; as {@link #open}. */
    public void code(String digest, String key, Duration life, int most) {
        keep(SignIns.Kind.CODE, digest, key, life, most);
    }

    private void keep(SignIns.Kind kind, String digest, String key, Duration life, int most) {
        asked(
                () -> {
                    signIns.keep(kind, digest, key, life, most);
                    return digest;
                });
    }

    /** The digest of the API key behind a session; empty when it is unknown or over. */
    public Optional<String> keyOf(String digest) {
        return asked(() -> signIns.find(digest));
    }

    /** Uses a code up; the digest of its API key. */
    public Optional<String> redeem(String digest) {
        return asked(() -> signIns.take(digest));
    }

    /** Ends a session at every node. */
    public void close(String digest) {
        asked(
                () -> {
                    signIns.end(digest);
                    return digest;
                });
    }

    private static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (PortException e) {
            throw new StoreUnavailableException(e);
        }
    }
}
