package dev.cutover.core.plan;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.EdgeKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A proxied name whose visitors an origin rule moves, all at once; its records stay as they are.
 *
 * @param name what visitors type
 * @param from content of its address records or alias, as the zone must have it now; falling back leads
 *     there
 * @param to where its visitors go instead
 * @param step the switching step that moves it, from 1
 * @param dwell how long that step is watched before the next
 */
public record PlannedRule(DnsName name, List<String> from, Target to, int step, Duration dwell) {
    public PlannedRule {
        from = List.copyOf(from);
    }

    /**
     * Where visitors go, and as what the origin is asked; at least one of host and port is said.
     *
     * @param host the name whose records lead to the origin; empty for the same origin at another port
     * @param port at the origin, 1 to 65535; empty for the port visitors use
     * @param hostHeader the name the origin is asked for by HTTP, and by TLS unless {@code sni} says
     *     otherwise; empty for the name visitors type
     * @param sni the name the origin is asked for by TLS, and that its certificate must hold
     */
    public record Target(
            Optional<DnsName> host,
            Optional<Integer> port,
            Optional<DnsName> hostHeader,
            Optional<DnsName> sni) {
        /** A target that is asked for the name visitors type. */
        public Target(Optional<DnsName> host, Optional<Integer> port) {
            this(host, port, Optional.empty(), Optional.empty());
        }

        /** Whether it says no more than a port. */
        public boolean isPortAlone() {
            return host.isEmpty() && hostHeader.isEmpty() && sni.isEmpty();
        }
    }

    public EdgeKey key() {
        return EdgeKey.rule(name);
    }
}
