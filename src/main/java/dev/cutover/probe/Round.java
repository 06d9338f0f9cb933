package dev.cutover.probe;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The outcome of one [ProbeEngine#ask].
///
/// @param results one for each resolver and question: by resolver in the order given, then by
///     question
/// @param faults what this machine did wrong meanwhile; almost always empty
public record Round(List<ProbeResult> results, Set<OwnFault> faults) {

    public Round {
        results = List.copyOf(results);
        faults = Set.copyOf(faults);
    }

    /// Whether missing and late answers of this round prove nothing about the resolvers.
    public boolean selfInflicted() {
        return !faults.isEmpty();
    }

    /// The faults as the end of a sentence that begins with "this machine"; empty without any.
    public String faultsInWords() {
        return faults.stream().sorted().map(OwnFault::words).collect(Collectors.joining(" and "));
    }
}
