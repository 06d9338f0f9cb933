package dev.cutover.web;

import dev.cutover.api.ApiKeys;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Who is signed in at this node, and codes that let somebody sign in once.
///
/// Held in memory: a restart signs everybody out, and so does a changed keys file, which is read at
/// the start. Cookies and codes are 32 random octets; only their digests are kept, so that a copy
/// of
/// this memory opens nothing.
@Singleton
public final class Sessions {
    /// The most sessions; the one that was used longest ago makes room.
    static final int MOST = 200;

    /// A night on call and the hand-over after it.
    static final Duration LONGEST = Duration.ofHours(12);

    /// The most codes that wait to be used.
    static final int MOST_CODES = 100;

    /// Long enough to start a browser.
    static final Duration CODE_LIFE = Duration.ofMinutes(10);

    private static final int OCTETS = 32;

    private final SecureRandom random = new SecureRandom();
    private final LongSupplier nanos;
    private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Code> codes = new LinkedHashMap<>();

    public Sessions() {
        this(System::nanoTime);
    }

    Sessions(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Somebody who is signed in.
    ///
    /// @param csrf shown by every form of this session, and by nobody else
    public record Session(ApiKeys.Caller caller, String csrf, long openedAtNanos) {
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

    private record Code(ApiKeys.Caller caller, long madeAtNanos) {}

    /// Opens a session; what is returned goes into the cookie and is kept nowhere else.
    synchronized String open(ApiKeys.Caller caller) {
        String cookie = secret();
        sessions.put(digest(cookie), new Session(caller, secret(), nanos.getAsLong()));
        while (sessions.size() > MOST) {
            sessions.remove(sessions.keySet().iterator().next());
        }
        return cookie;
    }

    /// Whose cookie this is; empty when there is none, when it is unknown, and when it is too old.
    synchronized Optional<Session> of(@Nullable String cookie) {
        if (cookie == null || cookie.length() > 200) {
            return Optional.empty();
        }
        String digest = digest(cookie);
        Session session = sessions.get(digest);
        if (session != null && isOver(session.openedAtNanos(), LONGEST)) {
            sessions.remove(digest);
            return Optional.empty();
        }
        return Optional.ofNullable(session);
    }

    synchronized void close(String cookie) {
        sessions.remove(digest(cookie));
    }

    /// Makes a code by which its owner's browser signs in once, within ten minutes.
    synchronized String code(ApiKeys.Caller caller) {
        codes.values().removeIf(c -> isOver(c.madeAtNanos(), CODE_LIFE));
        String code = secret();
        codes.put(digest(code), new Code(caller, nanos.getAsLong()));
        while (codes.size() > MOST_CODES) {
            codes.remove(codes.keySet().iterator().next());
        }
        return code;
    }

    /// Uses a code up; empty when it is unknown, used or too old.
    synchronized Optional<ApiKeys.Caller> redeem(String code) {
        return Optional.ofNullable(codes.remove(digest(code)))
                .filter(c -> !isOver(c.madeAtNanos(), CODE_LIFE))
                .map(Code::caller);
    }

    private boolean isOver(long sinceNanos, Duration most) {
        return nanos.getAsLong() - sinceNanos > most.toNanos();
    }

    private String secret() {
        byte[] octets = new byte[OCTETS];
        random.nextBytes(octets);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    private static String digest(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
