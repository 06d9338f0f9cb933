package dev.cutover.web;

import dev.cutover.api.ApiKeys;
import dev.cutover.run.OpenSessions;
import dev.cutover.run.StoreUnavailableException;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Who is signed in, and codes that let somebody sign in once: the same at every node of a
/// database.
///
/// Cookies and codes are 32 random octets; only their digests are kept, so that a copy of the store
/// opens nothing. A session is worth what the key it was opened with is worth now: its roles are
/// those of the keys file, and it ends with the key's line there. What the store said of a session
/// is
/// believed for two seconds, so that one page asks once; while the store is away, the last word
/// counts.
@Singleton
public final class Sessions {
    /// The most sessions of one key; the oldest makes room. Nobody can sign others out.
    static final int MOST = 20;

    /// A night on call and the hand-over after it.
    static final Duration LONGEST = Duration.ofHours(12);

    /// The most codes of one key that wait to be used.
    static final int MOST_CODES = 20;

    /// Long enough to start a browser.
    static final Duration CODE_LIFE = Duration.ofMinutes(10);

    /// How long a session lives on at other nodes after somebody signed out.
    static final Duration BELIEVED = Duration.ofSeconds(2);

    private static final int MOST_REMEMBERED = 1_000;
    private static final int LONGEST_COOKIE = 200;
    private static final int OCTETS = 32;

    private final SecureRandom random = new SecureRandom();
    private final OpenSessions store;
    private final Supplier<ApiKeys> keys;
    private final LongSupplier nanos;
    private final Map<String, Told> told = new LinkedHashMap<>(16, 0.75f, true);

    @Inject
    public Sessions(OpenSessions store, Instance<ApiKeys> keys) {
        this(store, keys::get, System::nanoTime);
    }

    Sessions(OpenSessions store, Supplier<ApiKeys> keys, LongSupplier nanos) {
        this.store = store;
        this.keys = keys;
        this.nanos = nanos;
    }

    /// Somebody who is signed in.
    ///
    /// @param csrf shown by every form of this session, and by nobody else
    public record Session(ApiKeys.Caller caller, String csrf) {
        /// Whether a form's token is this session's; takes the same time whatever is wrong with it.
        boolean wrote(@Nullable String token) {
            return token != null
                    && MessageDigest.isEqual(
                            token.getBytes(StandardCharsets.UTF_8),
                            csrf.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String toString() {
            return "Session[" + caller.name() + "]";
        }
    }

    /// What the store said of a cookie.
    ///
    /// @param key digest of its key; empty when the store knows no such session
    private record Told(Optional<String> key, long atNanos) {}

    /// Opens a session; what is returned goes into the cookie and is kept nowhere else.
    ///
    /// @param key digest of the API key that was shown
    /// @throws StoreUnavailableException when it cannot be kept
    String open(String key) {
        String cookie = secret();
        store.open(ApiKeys.digest(cookie), key, LONGEST, MOST);
        return cookie;
    }

    /// Whose cookie this is; empty when there is none, when it is unknown, and when it is too old.
    ///
    /// @throws StoreUnavailableException when the store does not answer and never said anything of
    /// it
    Optional<Session> of(@Nullable String cookie) {
        if (cookie == null || cookie.isEmpty() || cookie.length() > LONGEST_COOKIE) {
            return Optional.empty();
        }
        return key(ApiKeys.digest(cookie))
                .flatMap(keys.get()::holder)
                .map(caller -> new Session(caller, ApiKeys.digest("form of " + cookie)));
    }

    private Optional<String> key(String digest) {
        Told before = remembered(digest);
        if (before != null && nanos.getAsLong() - before.atNanos() <= BELIEVED.toNanos()) {
            return before.key();
        }
        try {
            Told now = new Told(store.keyOf(digest), nanos.getAsLong());
            remember(digest, now);
            return now.key();
        } catch (StoreUnavailableException e) {
            if (before == null) {
                throw e;
            }
            return before.key();
        }
    }

    private synchronized @Nullable Told remembered(String digest) {
        return told.get(digest);
    }

    private synchronized void remember(String digest, Told now) {
        told.put(digest, now);
        while (told.size() > MOST_REMEMBERED) {
            told.remove(told.keySet().iterator().next());
        }
    }

    /// Ends a session, here at once and at other nodes within {@link #BELIEVED}.
    void close(String cookie) {
        String digest = ApiKeys.digest(cookie);
        store.close(digest);
        remember(digest, new Told(Optional.empty(), nanos.getAsLong()));
    }

    /// Makes a code by which its owner's browser signs in once, within ten minutes.
    ///
    /// @param key digest of the API key that was shown
    String code(String key) {
        String code = secret();
        store.code(ApiKeys.digest(code), key, CODE_LIFE, MOST_CODES);
        return code;
    }

    /// Uses a code up: the digest of the key it was made with; empty when it is unknown, used or
    /// too
    /// old.
    Optional<String> redeem(String code) {
        return store.redeem(ApiKeys.digest(code)).filter(k -> keys.get().holder(k).isPresent());
    }

    private String secret() {
        byte[] octets = new byte[OCTETS];
        random.nextBytes(octets);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }
}
