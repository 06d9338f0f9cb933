package dev.cutover.lab.dns;

import dev.cutover.net.TestAuthority;
import dev.cutover.peer.Recursive;
import java.net.InetSocketAddress;
import java.util.List;

/** Unbound tells the probe engine the same by every transport, and when its answer is stale. */
class UnboundTransportTest extends TransportContract {
    @Override
    Recursive start(List<InetSocketAddress> authorities, TestAuthority.Pem pem) {
        return Recursive.unbound(SITE, authorities, pem.certificate(), pem.key());
    }
}
