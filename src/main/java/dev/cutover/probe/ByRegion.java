package dev.cutover.probe;

import dev.cutover.core.dns.Region;
import dev.cutover.probe.Answer.Answered;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What one resolver answered to one question, sorted by whose clients it tells of.
///
/// An answer is a region's only when the resolver repeats that network and says that the answer
/// depends on it. Any other tells of the resolver's own place, whatever it was asked for. Source:
/// RFC 7871 sections 7.2 and 7.3.
///
/// @param own for the resolver's own place
/// @param regions by name, those it answered for
record ByRegion(Answer own, Map<String, Answer> regions) {

    /// Sorts answers.
    ///
    /// @param answers to the plain question first, then to that of each region in their order
    static ByRegion of(List<Region> regions, List<Answer> answers) {
        Map<String, Answer> theirs = new LinkedHashMap<>();
        Answer own = answers.getFirst();
        for (int i = 0; i < regions.size(); i++) {
            Answer answer = answers.get(i + 1);
            if (answer instanceof Answered told && told.edns().isFor(clients(regions.get(i)))) {
                theirs.put(regions.get(i).name(), answer);
            } else if (!(own instanceof Answered) && answer instanceof Answered) {
                own = answer;
            }
        }
        return new ByRegion(own, theirs);
    }

    /// The options of the plain question and of each region's, in the order [#of] wants.
    static List<EdnsOptions> asked(EdnsOptions plain, List<Region> regions) {
        return Stream.concat(
                        Stream.of(plain),
                        regions.stream()
                                .map(
                                        region ->
                                                new EdnsOptions(
                                                        Optional.of(clients(region)),
                                                        plain.nsid(),
                                                        plain.cookie(),
                                                        plain.dnssecOk())))
                .toList();
    }

    private static EdnsOptions.Subnet clients(Region region) {
        return EdnsOptions.Subnet.of(region.address(), region.prefixLength());
    }
}
