package dev.cutover.probe;

import java.util.List;

/// The outcome of one [ProbeEngine#ask].
///
/// @param results one for each resolver and question: by resolver in the order given, then by
///     question
/// @param selfInflicted whether this machine dropped incoming packets or stood still meanwhile:
///     missing and late answers of such a round prove nothing about the resolvers. Other programs
///     of this machine can cause it as well
public record Round(List<ProbeResult> results, boolean selfInflicted) {

    public Round {
        results = List.copyOf(results);
    }
}
