package dev.cutover.api;

import dev.cutover.core.life.Cutover;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the headers that make a write safe to repeat or bind it to what was seen.
public final class Headers {
    private static final int LONGEST_KEY = 120;
    private static final int MOST_TAGS = 20;

    private Headers() {}

    /// The key by which a repeat is known.
    ///
    /// Bound to caller and verb, so that a key two people or two verbs happen to share never
    /// returns somebody else's answer. Source: draft-ietf-httpapi-idempotency-key-header-07.
    ///
    /// @throws ProblemException 400 when it cannot be used
    static Optional<String> idempotencyKey(@Nullable String header, String by, String verb) {
        if (header == null) {
            return Optional.empty();
        }
        String key = unquoted(header.strip());
        if (!key.matches("[\\x21-\\x7e]{1," + LONGEST_KEY + "}")) {
            throw new ProblemException(
                    Problem.badParameter(
                            "Idempotency-Key",
                            "expected 1 to "
                                    + LONGEST_KEY
                                    + " visible ASCII characters, seen "
                                    + key.length()
                                    + " characters or others among them"));
        }
        return Optional.of(by + "/" + verb + "/" + key);
    }

    /// What a caller says to have looked at.
    ///
    /// @param text the tag without its quotes: the number of the last journal entry, or the plan's
    ///     hash; empty when the caller did not say
    public record Seen(String text) {
        /// Nothing was said, so anything fits.
        public static final Seen ANYTHING = new Seen("");

        /// Whether the cutover is still that.
        boolean fits(Cutover c) {
            return text.isEmpty()
                    || text.equals(Long.toString(c.seq()))
                    || text.equals(c.planHash());
        }
    }

    /// What a caller looked at. Source: RFC 9110 section 13.1.1.
    ///
    /// @throws ProblemException 428 when the header is missing, 400 when it is no strong entity tag
    static Seen seen(@Nullable String ifMatch) {
        if (ifMatch == null) {
            throw new ProblemException(
                    Problem.conditionMissing(
                            "expected the header If-Match with the ETag of the cutover you looked"
                                    + " at, or with its planHash in quotes; seen none"));
        }
        return seenIfSaid(ifMatch);
    }

    /// As {@link #seen}, for calls that do not ask for it.
    ///
    /// @throws ProblemException 400 when it is no strong entity tag
    static Seen seenIfSaid(@Nullable String ifMatch) {
        if (ifMatch == null) {
            return Seen.ANYTHING;
        }
        String tag = ifMatch.strip();
        if (!tag.matches("\"[\\x21\\x23-\\x7e]{1,200}\"")) {
            throw new ProblemException(
                    Problem.badParameter(
                            "If-Match", "expected one strong entity tag such as \"12\""));
        }
        return new Seen(unquoted(tag));
    }

    /// Whether the caller has this state already. Source: RFC 9110 section 13.1.2.
    static boolean has(@Nullable String ifNoneMatch, long seq) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String tag : ifNoneMatch.split(",", MOST_TAGS)) {
            String one = tag.strip();
            if (one.equals("*") || one.equals(tag(seq)) || one.equals("W/" + tag(seq))) {
                return true;
            }
        }
        return false;
    }

    /// The entity tag of a cutover with so many entries.
    static String tag(long seq) {
        return "\"" + seq + "\"";
    }

    private static String unquoted(String text) {
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }
}
