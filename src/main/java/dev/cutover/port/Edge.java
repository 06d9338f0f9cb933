package dev.cutover.port;

import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.plan.Plan.ZoneRef;
import java.util.Set;

/** The provider's edge in front of proxied names. Safe for concurrent use. */
public interface Edge {
    /**
     * These parts, each read whole, and beside a pool the load balancers that use it and its origins'
     * health. What does not exist, or what this plan level or token does not have, is a lack in the view
     * and no exception. Asking for nothing costs no call.
     *
     * @throws PortException PERMANENT when the zone is unknown, DENIED when the token may not read it,
     *     TRANSIENT otherwise
     */
    EdgeView read(ZoneRef zone, Set<EdgeKey> parts, Call call);

    /**
     * Writes one part, whole where the provider takes it only whole, so that what the plan does not speak
     * of stands as it was read. Never repeated here; no answer means that it is unknown whether it took
     * effect: read, then decide.
     *
     * @throws PortException TRANSIENT when it is unknown whether it took effect
     */
    void apply(ZoneRef zone, EdgeWrite write, Call call);

    /**
     * Asks the edge to forget what it cached, in one request. Accepted does not mean done; doing it twice
     * does no harm.
     *
     * @throws PortException TRANSIENT when it came too early for the plan level's rate, or when no answer
     *     came: ask again
     */
    void purge(ZoneRef zone, PurgePortion what, Call call);
}
