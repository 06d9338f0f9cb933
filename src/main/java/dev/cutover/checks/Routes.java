package dev.cutover.checks;

import dev.cutover.core.dns.DnsName;
import dev.cutover.net.Directions;
import dev.cutover.net.Literals;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.Resolvers;
import dev.cutover.port.SiteChecks.Manner;
import dev.cutover.port.SiteChecks.Via;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Where names are found during one look: each is resolved once, whatever the number of pages. */
final class Routes implements Directions {
    private final Via via;
    private final Resolvers resolvers;
    private final Call call;
    private final Map<DnsName, Found> resolved = new ConcurrentHashMap<>();

    Routes(Via via, Resolvers resolvers, Call call) {
        this.via = via;
        this.resolvers = resolvers;
        this.call = call;
    }

    @Override
    public Found find(String host, Deadline deadline) {
        Optional<DnsName> name = name(host);
        return switch (via) {
            case Via.Visitors visitors ->
                    name.map(this::resolve)
                            .or(() -> Literals.parse(host).map(a -> new Found.At(List.of(a))))
                            .orElseGet(() -> new Found.Nowhere(host + " is no host name"));
            case Via.Pinned pinned -> {
                String target = name.map(pinned.targets()::get).orElse(null);
                if (target == null) {
                    yield new Found.OffThePin();
                }
                Optional<InetAddress> literal = Literals.parse(target);
                Found found =
                        literal.isPresent()
                                ? new Found.At(List.of(literal.get()))
                                : name(target)
                                        .map(this::resolve)
                                        .orElseGet(
                                                () ->
                                                        new Found.Nowhere(
                                                                target + " is no host name"));
                yield found instanceof Found.At at
                        ? in(at.addresses(), name.map(pinned.manners()::get))
                        : found;
            }
        };
    }

    private static Found in(List<InetAddress> addresses, Optional<Manner> manner) {
        return new Found.At(
                addresses,
                manner.flatMap(Manner::port),
                manner.flatMap(Manner::hostHeader).map(DnsName::value),
                manner.flatMap(Manner::tlsName).map(DnsName::value));
    }

    private Found resolve(DnsName name) {
        return resolved.computeIfAbsent(
                name,
                asked -> {
                    List<InetAddress> addresses =
                            resolvers.addresses(asked, call).stream()
                                    .flatMap(literal -> Literals.parse(literal).stream())
                                    .toList();
                    return addresses.isEmpty()
                            ? new Found.Nowhere(asked + " does not resolve to an address")
                            : new Found.At(addresses);
                });
    }

    private static Optional<DnsName> name(String host) {
        try {
            return Literals.parse(host).isPresent()
                    ? Optional.empty()
                    : Optional.of(new DnsName(host));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
