package dev.cutover.api;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the headers that make a write safe to repeat or bind it to what was seen.
final class Headers {
    private static final int LONGEST_KEY = 120;

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

    /// The plan hash a caller looked at. Source: RFC 9110 section 13.1.1.
    ///
    /// @throws ProblemException 428 when the header is missing, 400 when it is no strong entity tag
    static String ifMatch(@Nullable String header) {
        if (header == null) {
            throw new ProblemException(
                    Problem.conditionMissing(
                            "expected the header If-Match with the plan hash you looked at, as in"
                                    + " the ETag of the cutover; seen none"));
        }
        String tag = header.strip();
        if (!tag.matches("\"[\\x21\\x23-\\x7e]{1,200}\"")) {
            throw new ProblemException(
                    Problem.badParameter(
                            "If-Match", "expected one strong entity tag such as \"9f86d0...\""));
        }
        return unquoted(tag);
    }

    private static String unquoted(String text) {
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }
}
