package dev.cutover.api;

import dev.cutover.core.judge.Bucket;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.timeline.Adoption;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.ResolverLook;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What was measured about a cutover and is too much for its journal.
public interface Measures {
    /// The adoption curve, oldest first; empty before the first look at the resolvers.
    List<Adoption> adoption(CutoverId id);

    /// What each resolver answered at the latest look; empty before the first.
    Optional<ResolverLook> look(CutoverId id);

    /// What is known of every cache that was asked; empty before the first look.
    Optional<Caches> caches(CutoverId id);

    /// Our own probes' buckets from an instant on, oldest first.
    List<Bucket> probes(CutoverId id, Instant from);
}
