package dev.cutover.api;

import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Phase;
import dev.cutover.run.Cutovers;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads what stands in a query.
final class Parameters {
    private static final List<String> PHASES =
            List.copyOf(
                    Stream.of(Phase.class.getPermittedSubclasses())
                            .map(Class::getSimpleName)
                            .collect(Collectors.toCollection(TreeSet::new)));

    private Parameters() {}

    /// A whole number within bounds.
    ///
    /// @throws ProblemException 400
    static long number(String name, String text, long least, long most) {
        try {
            long value = Long.parseLong(text.strip());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, together with numbers out of range.
        }
        throw bad(name, "expected a whole number from " + least + " to " + most, text);
    }

    /// Which cutovers a list holds.
    ///
    /// @param cursor the id of the last cutover on the page before
    /// @param state `live` or `over`
    /// @throws ProblemException 400
    static Cutovers.Filter filter(
            @Nullable String cursor,
            @Nullable String state,
            @Nullable String phase,
            @Nullable String site) {
        return new Cutovers.Filter(
                given(cursor).map(Parameters::cursor),
                given(state).map(Parameters::isLive),
                given(phase).map(Parameters::phase),
                given(site).map(Parameters::host));
    }

    private static Optional<String> given(@Nullable String text) {
        return Optional.ofNullable(text).map(String::strip).filter(t -> !t.isEmpty());
    }

    private static CutoverId cursor(String text) {
        try {
            return new CutoverId(text);
        } catch (IllegalArgumentException e) {
            throw bad("cursor", "expected the next of the page before", text);
        }
    }

    private static boolean isLive(String text) {
        return switch (text) {
            case "live" -> true;
            case "over" -> false;
            default -> throw bad("state", "expected live or over", text);
        };
    }

    private static String phase(String text) {
        if (!PHASES.contains(text)) {
            throw bad("phase", "expected one of " + String.join(", ", PHASES), text);
        }
        return text;
    }

    private static String host(String text) {
        if (!text.matches("[A-Za-z0-9._-]{1,253}")) {
            throw bad("site", "expected a host name such as www.acme.example", text);
        }
        return text.toLowerCase(Locale.ROOT);
    }

    private static ProblemException bad(String name, String expected, String seen) {
        return new ProblemException(
                Problem.badParameter(
                        name,
                        expected
                                + ", seen '"
                                + seen.substring(0, Math.min(40, seen.length()))
                                + "'"));
    }
}
