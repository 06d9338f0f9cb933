package dev.cutover.core.image;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.core.plan.SetChange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Everything a plan may change, as it was before the first write. It stands alone: with it and a token
 * the zone can be brought back when the controller and its database are gone.
 *
 * @param cutover the cutover it was taken for
 * @param provider the provider's adapter name
 * @param zone the zone's apex
 * @param server the name server that is asked; empty for a provider with one API for all
 * @param token the secret reference the provider is reached with
 * @param takenAt when the zone was read
 * @param changes the planned sets with every value we may write to them; {@link SetChange#before} is
 *     the image itself
 * @param edge the planned parts of the provider's edge in the same way; empty when the plan leaves it alone
 * @param purge what the edge must forget once all of this is back; empty in images that were written before
 *     they held it
 */
public record BeforeImage(
        String cutover,
        String provider,
        DnsName zone,
        Optional<String> server,
        String token,
        Instant takenAt,
        List<SetChange> changes,
        List<EdgeChange> edge,
        Optional<CachePurge> purge) {
    public BeforeImage {
        changes = List.copyOf(changes);
        edge = List.copyOf(edge);
    }

    /** The image of a plan that changes records alone, of a zone at a provider with one API for all. */
    public BeforeImage(
            String cutover,
            String provider,
            DnsName zone,
            String token,
            Instant takenAt,
            List<SetChange> changes) {
        this(
                cutover,
                provider,
                zone,
                Optional.empty(),
                token,
                takenAt,
                changes,
                List.of(),
                Optional.empty());
    }

    /** The planned names whose visitors reach the provider's edge, each once. */
    public List<DnsName> proxiedNames() {
        return SetChange.proxiedNames(changes, edge);
    }

    /** Where it was taken, and goes back to. */
    public ZoneRef zoneRef() {
        return new ZoneRef(provider, zone, server, token);
    }
}
