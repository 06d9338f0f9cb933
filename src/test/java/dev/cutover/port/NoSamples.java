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

/** Remembers no measurement; a test that looks for one keeps it in a subclass. */
public class NoSamples implements Samples {
    @Override
    public void addBuckets(CutoverId id, String source, List<Bucket> buckets) {}

    @Override
    public List<Bucket> buckets(CutoverId id, String source, Instant from) {
        return List.of();
    }

    @Override
    public void addAdoption(CutoverId id, Adoption point) {}

    @Override
    public List<Adoption> adoption(CutoverId id) {
        return List.of();
    }

    @Override
    public void keepLook(CutoverId id, ResolverLook look) {}

    @Override
    public Optional<ResolverLook> look(CutoverId id) {
        return Optional.empty();
    }

    @Override
    public void keepCaches(CutoverId id, Caches caches) {}

    @Override
    public Optional<Caches> caches(CutoverId id) {
        return Optional.empty();
    }

    @Override
    public List<ProviderCall> calls(CutoverId id, int most) {
        return List.of();
    }
}
