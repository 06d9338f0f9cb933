package dev.cutover.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A simulation that catches nothing proves nothing: each planted mistake must break an invariant
/// soon.
class MutantsTest {
    private static final int MOST_SEEDS = 600;

    static Stream<Arguments> mutants() {
        return Stream.of(
                Arguments.of("never pages", Mutants.NEVER_PAGES, "named", MOST_SEEDS),
                Arguments.of("skips the TTL clock", Mutants.SKIPS_THE_TTL_CLOCK, "ttl-clock", 100),
                Arguments.of(
                        "routes before the import",
                        Mutants.ROUTES_BEFORE_THE_IMPORT,
                        "import-before-routing",
                        20),
                Arguments.of("ignores drift", Mutants.IGNORES_DRIFT, "edits-noticed", MOST_SEEDS),
                Arguments.of(
                        "claims without reading back",
                        Mutants.CLAIMS_WITHOUT_READING_BACK,
                        "promised",
                        100),
                Arguments.of(
                        "flips to a sick side",
                        Mutants.FLIPS_TO_A_SICK_SIDE,
                        "never-flip-to-sick",
                        MOST_SEEDS),
                Arguments.of("ignores errors", Mutants.IGNORES_ERRORS, "healthy-side-or-told", 100),
                Arguments.of(
                        "takes the author for everybody",
                        Mutants.TAKES_THE_AUTHOR_FOR_EVERYBODY,
                        "approved",
                        MOST_SEEDS),
                Arguments.of("forgets holds", Mutants.FORGETS_HOLDS, "hold-accepted", MOST_SEEDS),
                Arguments.of(
                        "refuses to abort", Mutants.REFUSES_TO_ABORT, "abort-accepted", MOST_SEEDS),
                Arguments.of("does not drain", Mutants.DOES_NOT_DRAIN, "drained", 100),
                Arguments.of("reuses ids", Mutants.REUSES_IDS, "ids-once", MOST_SEEDS));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutants")
    void a_planted_mistake_is_caught(String name, Brain mutant, String invariant, int seeds) {
        Set<String> broken = new HashSet<>();
        for (long seed = 1; seed <= seeds && !caught(broken, invariant); seed++) {
            Simulation.run(seed, mutant, false).broken().ifPresent(b -> broken.add(b.invariant()));
        }
        assertThat(caught(broken, invariant))
                .as(
                        "'%s' breaks %s within %d seeds, broken were %s",
                        name, invariant, seeds, broken)
                .isTrue();
    }

    private static boolean caught(Set<String> broken, String invariant) {
        return invariant.isEmpty() ? !broken.isEmpty() : broken.contains(invariant);
    }
}
