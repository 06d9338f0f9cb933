package dev.cutover.checks;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import dev.cutover.port.Resolvers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Resolvers that know what a test wrote down, and count how often they are asked.
final class NamesOnPaper implements Resolvers {
    final Map<String, List<String>> written = new ConcurrentHashMap<>();
    final AtomicInteger asked = new AtomicInteger();
    volatile boolean silent;

    @Override
    public List<String> addresses(DnsName name, Call call) {
        asked.incrementAndGet();
        if (silent) {
            throw PortException.passing("no resolver answered for " + name);
        }
        return written.getOrDefault(name.value(), List.of());
    }

    @Override
    public List<AuthorityAnswer> askAuthorities(DnsName zone, List<SetKey> sets, Call call) {
        throw new UnsupportedOperationException("no check asks authorities");
    }

    @Override
    public List<ResolverAnswer> askResolvers(List<SetKey> sets, Call call) {
        throw new UnsupportedOperationException("no check asks resolvers for sets");
    }
}
