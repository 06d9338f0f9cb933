package dev.cutover.port;

import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Preflight;
import java.util.List;

/** A zone at its provider. Safe for concurrent use. */
public interface DnsZone {
    /** The provider's name as plans write it, such as {@code cloudflare}. */
    String provider();

    /**
     * Every record of the zone, read in one go.
     *
     * @throws PortException PERMANENT when the zone is unknown, DENIED when the token may not read it or is
     *     not allow-listed, TRANSIENT otherwise
     */
    ZoneView read(ZoneRef zone, Call call);

    /**
     * Applies all writes as one transaction: afterwards all of them hold or none. Only the fields in which
     * a patch's target differs from what was seen are sent. Never repeated here.
     *
     * @param writes in batch order; at most what {@link #mostWrites} says
     * @throws PortException TRANSIENT when it is unknown whether it took effect: read the zone, then decide
     */
    void apply(ZoneRef zone, List<RecordWrite> writes, Call call);

    /**
     * Applies like {@link #apply(ZoneRef, List, Call)}, and only while every set that is touched still is as
     * it was seen, where the provider can compare; where it cannot, reading back finds what came between.
     *
     * @param seen the zone as it was when the writes were decided
     * @throws PortException TRANSIENT also when somebody changed a touched set in between: nothing was
     *     changed then
     */
    default void apply(ZoneRef zone, ZoneView seen, List<RecordWrite> writes, Call call) {
        apply(zone, writes, call);
    }

    /** How many writes one transaction may hold. */
    int mostWrites(ZoneRef zone);

    /** How many records one call of {@link #read} lists; a provider that sends a zone whole lists them all. */
    default int mostListed() {
        return Integer.MAX_VALUE;
    }

    /**
     * Looks at what would keep this plan from running here, before anything is written: the token and its
     * end, the zone's state and limits, what would shadow a record. Reads only.
     *
     * @throws PortException TRANSIENT when the provider does not answer
     */
    default Preflight look(PlanDiff diff, Call call) {
        return Preflight.nothing();
    }

    /**
     * Proves the permissions that reading proves nothing of, by writing what stands there already. Nothing
     * is different afterwards.
     *
     * @throws PortException TRANSIENT when the provider does not answer
     */
    default Preflight prove(PlanDiff diff, Call call) {
        return Preflight.nothing();
    }
}
