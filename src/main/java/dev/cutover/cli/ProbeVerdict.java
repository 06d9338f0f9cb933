package dev.cutover.cli;

import dev.cutover.cli.Prober.Seen;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a resolver's answer means beside what is expected.
enum ProbeVerdict {
    NEW("new"),
    OLD("old"),
    /// Some of each in one answer.
    MIXED("mixed"),
    /// Neither what is expected nor what was before.
    OTHER("other"),
    /// No such name, or no record of the type.
    NEGATIVE("negative"),
    REFUSED("refused"),
    FAILED("failed"),
    TIMED_OUT("timed out");

    private final String word;

    ProbeVerdict(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    /// Whether it says anything about the name.
    boolean isAnswer() {
        return switch (this) {
            case NEW, OLD, MIXED, OTHER, NEGATIVE -> true;
            case REFUSED, FAILED, TIMED_OUT -> false;
        };
    }

    /// @param expected what the answer should be, all of it; never empty
    /// @param before what it was; empty when nobody said
    static ProbeVerdict of(Seen seen, Set<String> expected, Set<String> before) {
        return switch (seen.came()) {
            case RECORDS -> of(seen.contents(), expected, before);
            case NEGATIVE -> NEGATIVE;
            case REFUSED -> REFUSED;
            case FAILED -> FAILED;
            case TIMED_OUT -> TIMED_OUT;
        };
    }

    private static ProbeVerdict of(
            List<String> contents, Set<String> expected, Set<String> before) {
        Set<String> said = new HashSet<>(contents);
        if (said.equals(expected)) {
            return NEW;
        }
        if (said.equals(before)) {
            return OLD;
        }
        boolean someNew = said.stream().anyMatch(expected::contains);
        boolean others = said.stream().anyMatch(content -> !expected.contains(content));
        return someNew && others ? MIXED : OTHER;
    }
}
