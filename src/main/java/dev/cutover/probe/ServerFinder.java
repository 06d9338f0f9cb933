package dev.cutover.probe;

import dev.cutover.core.dns.DnsName;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import dev.cutover.probe.Answer.AnswerRecord;
import dev.cutover.probe.Answer.Answered;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Address;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/// Finds a zone's authoritative servers, and any name's addresses, by asking recursive resolvers.
///
/// One resolver may be dead, stale or lying, so a handful are asked and the answer most of them
/// give counts; at a tie, the one from higher up in the list.
///
/// Many cutovers of one zone want to know the same every second, and a resolver bears few
/// questions. So what was said is kept, like any visitor's computer keeps it, for as long as none
/// of the resolvers counted can change its mind: the shortest time that one of them still holds
/// its answer.
final class ServerFinder {

    private static final int HANDFUL = 5;
    private static final int MOST_SERVERS = 64;

    /// Caches are flushed by hand now and then.
    private static final Duration KEPT_AT_MOST = Duration.ofSeconds(30);

    private static final int MANY_KEPT = 1_000;

    /// Asks these resolvers within the call's deadline.
    interface Asking {
        Round ask(List<Resolver> whom, List<Question> questions, Call call);
    }

    private final Asking asking;
    private final List<Resolver> resolvers;
    private final int authorityPort;
    private final InstantSource clock;
    private final Map<Asked, Kept> kept = new ConcurrentHashMap<>();

    private record Asked(String name, List<Integer> types) {}

    private record Said(List<String> contents, Instant from, Instant until) {}

    /// @param clock what answers age by
    ServerFinder(Asking asking, List<Resolver> resolvers, int authorityPort, InstantSource clock) {
        this.asking = asking;
        this.resolvers = resolvers;
        this.authorityPort = authorityPort;
        this.clock = clock;
    }

    /// The answer to one question, asked for by one thread at a time.
    private static final class Kept {
        private final ReentrantLock turn = new ReentrantLock();
        private volatile @Nullable Said said;

        Optional<List<String>> at(Instant now) {
            // A clock that was set back makes nothing younger.
            return Optional.ofNullable(said)
                    .filter(s -> !now.isBefore(s.from()) && now.isBefore(s.until()))
                    .map(Said::contents);
        }
    }

    /// Every authoritative server of the zone on every address it has, each named
    /// `server/address`.
    ///
    /// A server's IPv6 address is left out when this machine has no way to IPv6 and the server
    /// has an IPv4 address as well: it would tell of our network, not of the server.
    ///
    /// @throws PortException TRANSIENT when no server or no address is found
    List<Resolver> serversOf(DnsName zone, Call call) {
        return serversOf(zone.value(), call);
    }

    /// As [#serversOf(DnsName, Call)], of the root too, which is `.`.
    List<Resolver> serversOf(String zone, Call call) {
        List<String> names = mostSay(zone, List.of(Type.NS), call);
        if (names.isEmpty() || names.size() > MOST_SERVERS) {
            throw PortException.passing(
                    zone
                            + " NS: expected 1 to "
                            + MOST_SERVERS
                            + " servers, most resolvers say "
                            + names.size()
                            + "; nothing was changed");
        }
        return at(names, call);
    }

    /// Whether a zone begins at this name: whether it has name servers.
    boolean isZone(String name, Call call) {
        return !mostSay(name, List.of(Type.NS), call).isEmpty();
    }

    /// These name servers on every address they have.
    ///
    /// @throws PortException TRANSIENT when one has none
    List<Resolver> at(List<String> names, Call call) {
        List<Resolver> servers = new ArrayList<>();
        for (String name : names) {
            String host = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
            List<InetAddress> addresses = literals(mostSay(host, List.of(Type.A, Type.AAAA), call));
            if (addresses.isEmpty()) {
                throw PortException.passing(
                        "expected an address for the name server "
                                + host
                                + ", most resolvers say it has none; nothing was changed");
            }
            for (InetAddress address : usable(addresses)) {
                servers.add(
                        new Resolver(
                                host + "/" + address.getHostAddress(),
                                new InetSocketAddress(address, authorityPort),
                                "",
                                "-"));
            }
        }
        return servers;
    }

    /// The addresses most of a handful give for a name, IPv4 first; empty when it has none.
    List<String> addressesOf(DnsName name, Call call) {
        return mostSay(name.value(), List.of(Type.A, Type.AAAA), call);
    }

    /// What most resolvers say: type by type, each type's contents sorted.
    private List<String> mostSay(String name, List<Integer> types, Call call) {
        Kept known = kept(new Asked(name, types));
        Optional<List<String>> contents = known.at(clock.instant());
        return contents.isPresent() ? contents.get() : askInTurn(known, name, types, call);
    }

    private Kept kept(Asked asked) {
        if (kept.size() > MANY_KEPT) {
            Instant now = clock.instant();
            kept.values().removeIf(k -> !k.turn.isLocked() && k.at(now).isEmpty());
        }
        return kept.computeIfAbsent(asked, fresh -> new Kept());
    }

    private List<String> askInTurn(Kept known, String name, List<Integer> types, Call call) {
        try {
            long patience = Math.max(0, call.deadline().left().toNanos());
            if (!known.turn.tryLock(patience, TimeUnit.NANOSECONDS)) {
                throw PortException.passing(
                        name
                                + ": resolvers are being asked for it already, and do not answer in"
                                + " time; nothing was changed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PortException(PortException.Category.TRANSIENT, name + ": interrupted", e);
        }
        try {
            Optional<List<String>> meanwhile = known.at(clock.instant());
            if (meanwhile.isPresent()) {
                return meanwhile.get();
            }
            Said said = ask(name, types, call);
            known.said = said;
            return said.contents();
        } finally {
            known.turn.unlock();
        }
    }

    private Said ask(String name, List<Integer> types, Call call) {
        List<Question> questions =
                types.stream().map(type -> new Question(name, type, true)).toList();
        for (int from = 0; from < resolvers.size(); from += HANDFUL) {
            List<Resolver> handful =
                    resolvers.subList(from, Math.min(from + HANDFUL, resolvers.size()));
            Map<List<String>, Integer> votes = new LinkedHashMap<>();
            Instant askedAt = clock.instant();
            Duration held = KEPT_AT_MOST;
            List<ProbeResult> results = asking.ask(handful, questions, call).results();
            for (int i = 0; i < results.size(); i += types.size()) {
                List<ProbeResult> ofOne = results.subList(i, i + types.size());
                if (ofOne.stream().allMatch(ServerFinder::isSaid)) {
                    votes.merge(contents(ofOne), 1, Integer::sum);
                    for (ProbeResult result : ofOne) {
                        held = shorter(held, heldFor(result));
                    }
                }
            }
            if (!votes.isEmpty()) {
                return new Said(mostVoted(votes), askedAt, askedAt.plus(held));
            }
        }
        throw PortException.passing(
                name
                        + ": none of "
                        + resolvers.size()
                        + " resolvers answered; nothing was changed; check the resolver list and"
                        + " this machine's way out");
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /// How long the resolver itself goes on answering so; zero when it did not say.
    private static Duration heldFor(ProbeResult result) {
        if (!(result.answer() instanceof Answered answered)) {
            return Duration.ZERO;
        }
        return Duration.ofSeconds(
                answered.records().stream()
                        .mapToLong(AnswerRecord::ttlSeconds)
                        .min()
                        .orElse(answered.negativeTtlSeconds().orElse(0)));
    }

    private static List<String> mostVoted(Map<List<String>, Integer> votes) {
        List<String> best = List.of();
        int most = 0;
        for (Map.Entry<List<String>, Integer> vote : votes.entrySet()) {
            if (vote.getValue() > most) {
                most = vote.getValue();
                best = vote.getKey();
            }
        }
        return best;
    }

    private static boolean isSaid(ProbeResult result) {
        return result.answer() instanceof Answered answered
                && (answered.rcode() == Rcode.NOERROR || answered.rcode() == Rcode.NXDOMAIN);
    }

    private static List<String> contents(List<ProbeResult> results) {
        List<String> all = new ArrayList<>();
        for (ProbeResult result : results) {
            if (result.answer() instanceof Answered answered) {
                String type = Type.string(result.question().type());
                TreeSet<String> sorted = new TreeSet<>();
                for (AnswerRecord found : answered.records()) {
                    if (found.type().equals(type)) {
                        sorted.add(found.content());
                    }
                }
                all.addAll(sorted);
            }
        }
        return all;
    }

    private static List<InetAddress> literals(List<String> texts) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            try {
                addresses.add(Address.getByAddress(text));
            } catch (UnknownHostException e) {
                throw PortException.lasting("expected an address, seen '" + text + "'");
            }
        }
        return addresses;
    }

    private static List<InetAddress> usable(List<InetAddress> addresses) {
        List<InetAddress> ipv4 =
                addresses.stream().filter(address -> !(address instanceof Inet6Address)).toList();
        return ipv4.isEmpty() || hasGlobalIpv6() ? addresses : ipv4;
    }

    private static boolean hasGlobalIpv6() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(face -> face.getInterfaceAddresses().stream())
                    .map(InterfaceAddress::getAddress)
                    .anyMatch(
                            address ->
                                    address instanceof Inet6Address
                                            && !address.isLoopbackAddress()
                                            && !address.isLinkLocalAddress());
        } catch (SocketException unknown) {
            return true; // then ask, and let the answer tell
        }
    }
}
