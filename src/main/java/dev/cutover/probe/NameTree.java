package dev.cutover.probe;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.evidence.AliasTarget;
import dev.cutover.core.evidence.IssuerRule;
import dev.cutover.core.evidence.IssuerRule.Permit;
import dev.cutover.core.evidence.NameServers;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import dev.cutover.port.Resolvers.Delegated;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.xbill.DNS.CAARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/// How names hang together outside a plan: zones above, zones beside, what aliases lead to.
///
/// One of these serves one look: what it has learnt of zones and servers it does not ask again.
/// Asked at the servers of each zone themselves. Resolvers are asked only for the name servers of
/// zones: one asked for a name that does not exist yet would remember so, for itself and for the
/// visitors it serves. Seldom asked, so it takes dnsjava's own transport, whose late timeouts do
/// no harm here.
final class NameTree {

    private static final int MOST_HOPS = 8;
    private static final int MOST_ASKED = 4;
    private static final Duration EACH = Duration.ofSeconds(2);

    private final ServerFinder finder;
    private final Map<String, Boolean> zones = new HashMap<>();
    private final Map<String, List<Resolver>> servers = new HashMap<>();
    private final Map<String, Message> owners = new HashMap<>();

    NameTree(ServerFinder finder) {
        this.finder = finder;
    }

    /// A server's whole reply.
    ///
    /// @param failure empty when one came
    private record Reply(String server, Optional<Message> message, String failure) {}

    /// Follows a name to its addresses; see [dev.cutover.port.Resolvers#follow].
    AliasTarget follow(DnsName name, Call call) {
        try {
            return followed(name, call);
        } catch (PortException e) {
            return new AliasTarget(name, List.of(), 0, String.valueOf(e.getMessage()));
        }
    }

    private AliasTarget followed(DnsName target, Call call) {
        long longest = 0;
        String name = target.value();
        for (int hop = 0; hop < MOST_HOPS; hop++) {
            List<Message> replies = askOwner(name, List.of(Type.A, Type.AAAA), call);
            Set<String> addresses = new TreeSet<>();
            String end = name;
            for (Message reply : replies) {
                end = endOfChain(reply, name);
                for (Record found : reply.getSection(Section.ANSWER)) {
                    longest = Math.max(longest, found.getTTL());
                    boolean address = found.getType() == Type.A || found.getType() == Type.AAAA;
                    if (address && text(found.getName()).equals(end)) {
                        addresses.add(found.rdataToString());
                    }
                }
            }
            if (!addresses.isEmpty() || end.equals(name)) {
                return new AliasTarget(target, List.copyOf(addresses), longest, "");
            }
            name = end;
        }
        return new AliasTarget(
                target,
                List.of(),
                longest,
                "leads on for more than " + MOST_HOPS + " aliases: a loop");
    }

    private static String endOfChain(Message reply, String name) {
        String end = name;
        for (int hop = 0; hop < MOST_HOPS; hop++) {
            Optional<String> next = alias(reply, end);
            if (next.isEmpty()) {
                return end;
            }
            end = next.get();
        }
        return end;
    }

    private static Optional<String> alias(Message reply, String name) {
        return reply.getSection(Section.ANSWER).stream()
                .filter(r -> r instanceof CNAMERecord && text(r.getName()).equals(name))
                .map(r -> text(((CNAMERecord) r).getTarget()))
                .findFirst();
    }

    /// One authoritative reply for each type, from a server of the zone the name lies in.
    ///
    /// @throws PortException TRANSIENT when no server of the zone gives one
    private List<Message> askOwner(String name, List<Integer> types, Call call) {
        List<Message> replies = new ArrayList<>();
        for (int type : types) {
            String question = name + " " + type;
            Message known = owners.get(question);
            if (known == null) {
                List<Resolver> whom = serversOf(zoneAbove(name, call), call);
                known = authoritative(name, type, whom, 0, call);
                owners.put(question, known);
            }
            replies.add(known);
        }
        return replies;
    }

    /// Where the nearest zone above a name begins: the name's longest ancestor that has name
    /// servers; the root, `.`, when none has.
    private String zoneAbove(String name, Call call) {
        String zone = ".";
        String[] labels = name.split("\\.", -1);
        String at = "";
        // From the top down, so that below a name that is no zone's the fewest are asked for.
        for (int i = labels.length - 1; i > 0; i--) {
            at = at.isEmpty() ? labels[i] : labels[i] + "." + at;
            Boolean known = zones.get(at);
            if (known == null) {
                known = finder.isZone(at, call);
                zones.put(at, known);
            }
            zone = known ? at : zone;
        }
        return zone;
    }

    private List<Resolver> serversOf(String zone, Call call) {
        List<Resolver> known = servers.get(zone);
        if (known == null) {
            known = finder.serversOf(zone, call);
            servers.put(zone, known);
        }
        return known;
    }

    private Message authoritative(
            String name, int type, List<Resolver> whom, int depth, Call call) {
        String why = "";
        for (Resolver server : whom.subList(0, Math.min(MOST_ASKED, whom.size()))) {
            Reply reply = ask(server, name, type, call);
            if (reply.message().isEmpty()) {
                why = reply.failure();
                continue;
            }
            Message message = reply.message().get();
            List<String> below = named(message, Section.AUTHORITY);
            if (message.getHeader().getFlag(Flags.AA)) {
                return message;
            }
            if (message.getRcode() == Rcode.NOERROR && !below.isEmpty() && depth < MOST_HOPS) {
                return authoritative(name, type, finder.at(below, call), depth + 1, call);
            }
            why = server.id() + " answered without authority";
        }
        throw PortException.passing(
                name + " " + Type.string(type) + ": no server of its zone answered, " + why);
    }

    /// Who names which servers; see [dev.cutover.port.Resolvers#delegation].
    Delegated delegation(DnsName zone, Call call) {
        List<Resolver> above = serversOf(zoneAbove(zone.value(), call), call);
        List<NameServers> parent = named(zone, above, false, call);
        Set<String> hosts = new LinkedHashSet<>();
        parent.stream().filter(NameServers::answered).forEach(p -> hosts.addAll(p.names()));
        List<Resolver> own =
                hosts.isEmpty()
                        ? serversOf(zone.value(), call)
                        : finder.at(List.copyOf(hosts), call);
        return new Delegated(parent, named(zone, own, true, call));
    }

    private List<NameServers> named(DnsName zone, List<Resolver> whom, boolean own, Call call) {
        List<NameServers> named = new ArrayList<>();
        for (Resolver server : whom.subList(0, Math.min(2 * MOST_ASKED, whom.size()))) {
            Reply reply = ask(server, zone.value(), Type.NS, call);
            if (reply.message().isEmpty()) {
                named.add(new NameServers(server.id(), List.of(), reply.failure()));
                continue;
            }
            Message message = reply.message().get();
            boolean answers = message.getHeader().getFlag(Flags.AA);
            List<String> names = named(message, Section.ANSWER);
            // A server of both zones answers for the lower one: the same list, seen from above.
            if (names.isEmpty() && !own) {
                names = named(message, Section.AUTHORITY);
            }
            String failure =
                    names.isEmpty()
                            ? "names no server for " + zone
                            : own && !answers ? "answers without authority (lame delegation)" : "";
            named.add(new NameServers(server.id(), names, failure));
        }
        return named;
    }

    private static List<String> named(Message message, int section) {
        return message.getSection(section).stream()
                .filter(NSRecord.class::isInstance)
                .map(r -> text(((NSRecord) r).getTarget()))
                .distinct()
                .sorted()
                .toList();
    }

    /// Whether the zone above holds a DS for the zone: whether it is signed and chained.
    ///
    /// @throws PortException TRANSIENT when no server of the zone above answers
    boolean isChained(DnsName zone, Call call) {
        List<Resolver> above = serversOf(zoneAbove(zone.value(), call), call);
        Message reply = authoritative(zone.value(), Type.DS, above, MOST_HOPS, call);
        return reply.getSection(Section.ANSWER).stream().anyMatch(r -> r.getType() == Type.DS);
    }

    /// What CAA records permit for a name; see [dev.cutover.port.Resolvers#issuerRules].
    IssuerRule issuerRule(DnsName name, Call call) {
        try {
            String above = name.value().substring(name.value().indexOf('.') + 1);
            // A wildcard stands for no name of its own: it is searched from the name above.
            Caa wildcard = nearestCaa(above, call);
            Caa exact = name.value().startsWith("*.") ? wildcard : ownCaa(name, wildcard, call);
            return new IssuerRule(name, exact.permit("issue"), wildcard.wildcard(), "");
        } catch (PortException e) {
            return IssuerRule.unknown(name, String.valueOf(e.getMessage()));
        }
    }

    /// The records nearest to a name.
    ///
    /// @param at where they stand; empty when there are none
    private record Caa(String at, List<CAARecord> records) {
        Permit permit(String tag) {
            List<String> issuers =
                    records.stream()
                            .filter(r -> r.getTag().equalsIgnoreCase(tag))
                            .map(r -> issuer(r.getValue()))
                            .toList();
            return new Permit(at, tag, issuers, !issuers.isEmpty());
        }

        /// Records for wildcards, where there are any, take the place of the others.
        Permit wildcard() {
            Permit own = permit("issuewild");
            return own.restricts() ? own : permit("issue");
        }
    }

    private Caa ownCaa(DnsName name, Caa above, Call call) {
        List<CAARecord> own = caaAt(name.value(), call);
        return own.isEmpty() ? above : new Caa(name.value(), own);
    }

    private Caa nearestCaa(String name, Call call) {
        String at = name;
        while (at.indexOf('.') > 0) {
            List<CAARecord> found = caaAt(at, call);
            if (!found.isEmpty()) {
                return new Caa(at, found);
            }
            at = at.substring(at.indexOf('.') + 1);
        }
        return new Caa("", List.of());
    }

    /// The records of one name, or of what it is an alias of.
    private List<CAARecord> caaAt(String at, Call call) {
        Message reply = askOwner(at, List.of(Type.CAA), call).getFirst();
        String end = endOfChain(reply, at);
        boolean elsewhere =
                !end.equals(at)
                        && caa(reply).isEmpty()
                        && !end.endsWith("." + at)
                        && !end.isEmpty();
        return caa(elsewhere ? askOwner(end, List.of(Type.CAA), call).getFirst() : reply);
    }

    private static List<CAARecord> caa(Message reply) {
        return reply.getSection(Section.ANSWER).stream()
                .filter(CAARecord.class::isInstance)
                .map(CAARecord.class::cast)
                .toList();
    }

    /// The domain in front of the parameters. Source: RFC 8659 section 4.2.
    private static String issuer(String value) {
        int end = value.indexOf(';');
        return (end < 0 ? value : value.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    private static Reply ask(Resolver server, String name, int type, Call call) {
        Duration left = call.deadline().left();
        if (left.isZero() || left.isNegative()) {
            return new Reply(server.id(), Optional.empty(), "was not asked in time");
        }
        try {
            SimpleResolver one = new SimpleResolver(server.address());
            one.setTimeout(left.compareTo(EACH) < 0 ? left : EACH);
            Message query =
                    Message.newQuery(
                            Record.newRecord(Name.fromString(name, Name.root), type, DClass.IN));
            query.getHeader().unsetFlag(Flags.RD);
            Message reply = one.send(query);
            int rcode = reply.getRcode();
            return rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN
                    ? new Reply(server.id(), Optional.of(reply), "")
                    : new Reply(
                            server.id(),
                            Optional.empty(),
                            server.id() + " answered " + Rcode.string(rcode));
        } catch (IOException e) {
            return new Reply(server.id(), Optional.empty(), server.id() + " gave no answer: " + e);
        }
    }

    private static String text(Name name) {
        return name.toString(true).toLowerCase(Locale.ROOT);
    }
}
