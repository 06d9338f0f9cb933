package dev.cutover.port;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.Plan.Purge;
import dev.cutover.core.plan.Plan.ZoneRef;
import java.util.List;

/** The provider's edge in front of proxied names. Safe for concurrent use. */
public interface Edge {
    /**
     * Asks the edge to forget what it cached. Accepted does not mean done; doing it twice does no harm.
     *
     * @param hosts the names that moved, used when {@code what} is {@link Purge#HOSTS}
     * @return how many requests it took
     */
    int purge(ZoneRef zone, Purge what, List<DnsName> hosts, Call call);
}
