package dev.cutover.api;

import dev.cutover.core.timeline.Adoption;
import java.time.Instant;

/// One look at all resolvers: how many answers show which side.
///
/// @param share of answered questions that show the next side, 0 to 1
public record AdoptionView(Instant at, int onNext, int onOld, int other, int failed, double share) {
    static AdoptionView of(Adoption a) {
        return new AdoptionView(a.at(), a.onNext(), a.onOld(), a.other(), a.failed(), a.share());
    }
}
