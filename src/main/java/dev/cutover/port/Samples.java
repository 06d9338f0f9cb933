package dev.cutover.port;

import dev.cutover.core.judge.Bucket;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.timeline.Adoption;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.ResolverLook;
import dev.cutover.port.CallLog.ProviderCall;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Measurements that are too many for the journal: counted requests, adoption, calls. */
public interface Samples {
    /** Adds buckets of one source; a bucket of the same start and source is replaced. */
    void addBuckets(CutoverId id, String source, List<Bucket> buckets);

    /** The buckets of one source from an instant on, oldest first. */
    List<Bucket> buckets(CutoverId id, String source, Instant from);

    void addAdoption(CutoverId id, Adoption point);

    /** The adoption curve, oldest first. */
    List<Adoption> adoption(CutoverId id);

    /** Keeps what each resolver answered, in place of the look before. */
    void keepLook(CutoverId id, ResolverLook look);

    /** The latest look at the resolvers; empty before the first. */
    Optional<ResolverLook> look(CutoverId id);

    /** Keeps what is known of every cache, in place of what was known before. */
    void keepCaches(CutoverId id, Caches caches);

    /** What is known of every cache; empty before the first look. */
    Optional<Caches> caches(CutoverId id);

    /** The calls made for a cutover, oldest first, at most {@code most}. */
    List<ProviderCall> calls(CutoverId id, int most);
}
