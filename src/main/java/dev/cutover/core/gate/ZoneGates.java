package dev.cutover.core.gate;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.Soa;
import dev.cutover.core.evidence.AliasTarget;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.Evidence.TlsResult;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.evidence.IssuerRule;
import dev.cutover.core.evidence.IssuerRule.Permit;
import dev.cutover.core.evidence.NameServers;
import dev.cutover.core.evidence.Security;
import dev.cutover.core.evidence.SignedSet;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether the zone is healthy enough that a change to it reaches everybody.
 *
 * @param gates the evidence and its age
 */
public record ZoneGates(Gates gates) {
    /** A secondary that was told of a change follows in seconds; what lags for longer lags. */
    private static final Duration SETTLED = Duration.ofMinutes(1);

    /** Whether every authoritative server shows one serial; for a moment they may differ. */
    public Judged serialsAgree() {
        return gates.with(
                CheckName.SERIALS_AGREE,
                EvidenceKey.AUTHORITIES,
                Evidence.Authorities.class,
                ZoneGates::judgeSerials);
    }

    private static Judged judgeSerials(Evidence.Authorities seen) {
        Map<String, Soa> serials = new LinkedHashMap<>();
        List<String> silent = new ArrayList<>();
        for (AuthorityAnswer answer : seen.soas()) {
            answer.soa()
                    .ifPresentOrElse(
                            soa -> serials.put(answer.authority(), soa),
                            () ->
                                    silent.add(
                                            answer.authority()
                                                    + " "
                                                    + (answer.answered()
                                                            ? "has no SOA record"
                                                            : answer.failure())));
        }
        CheckName check = CheckName.SERIALS_AGREE;
        if (!silent.isEmpty()) {
            return Judged.fail(
                    check, seen.observedAt(), "expected a serial, " + silent.getFirst(), silent);
        }
        if (serials.isEmpty()) {
            return Judged.inconclusive(
                    check, Optional.of(seen.observedAt()), "no server was asked for its serial");
        }
        Soa newest =
                serials.values().stream().reduce((a, b) -> a.isBehind(b) ? b : a).orElseThrow();
        List<String> behind =
                serials.entrySet().stream()
                        .filter(e -> e.getValue().serial() != newest.serial())
                        .map(
                                e ->
                                        e.getKey()
                                                + " shows serial "
                                                + e.getValue().serial()
                                                + ", the newest is "
                                                + newest.serial())
                        .toList();
        if (behind.isEmpty()) {
            return Judged.pass(
                    check,
                    seen.observedAt(),
                    serials.size() + " servers show serial " + newest.serial());
        }
        boolean settled =
                seen.unevenSince()
                        .map(since -> !since.plus(SETTLED).isAfter(seen.observedAt()))
                        .orElse(false);
        String since = seen.unevenSince().map(at -> "; servers differ since " + at).orElse("");
        return settled
                ? Judged.fail(
                        check,
                        seen.observedAt(),
                        behind.getFirst() + since + ": it would not follow the switch either",
                        behind)
                : Judged.inconclusive(
                        check, Optional.of(seen.observedAt()), behind.getFirst() + since);
    }

    /** Whether the targets of planned aliases resolve, on the next side and on fallback. */
    public Judged aliasesResolve(List<SetChange> changes) {
        CheckName check = CheckName.ALIASES_RESOLVE;
        Map<DnsName, String> wanted = new LinkedHashMap<>();
        for (Side side : List.of(Side.NEXT, Side.FALLBACK)) {
            targets(changes, side)
                    .forEach((target, by) -> wanted.putIfAbsent(target, by + ", " + side.text()));
        }
        if (wanted.isEmpty()) {
            return Judged.pass(
                    check, gates.now(), "not applicable: no planned alias leads out of the plan");
        }
        return gates.with(
                check,
                EvidenceKey.ALIASES,
                Evidence.Aliases.class,
                seen -> judgeAliases(check, wanted, seen));
    }

    private static Judged judgeAliases(
            CheckName check, Map<DnsName, String> wanted, Evidence.Aliases seen) {
        Map<DnsName, AliasTarget> found =
                seen.targets().stream()
                        .collect(Collectors.toMap(AliasTarget::target, t -> t, (a, b) -> a));
        List<String> dangling = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        wanted.forEach(
                (target, by) -> {
                    AliasTarget t = found.get(target);
                    if (t == null) {
                        unknown.add(by + " points at " + target + ", which was not asked for");
                    } else if (!t.answered()) {
                        unknown.add(by + " points at " + target + ": " + t.failure());
                    } else if (t.addresses().isEmpty()) {
                        dangling.add(
                                by
                                        + " points at "
                                        + target
                                        + ", which has no address: visitors would reach nobody;"
                                        + " make it first, or correct the plan");
                    }
                });
        if (!dangling.isEmpty()) {
            return Judged.fail(check, seen.observedAt(), dangling.getFirst(), dangling);
        }
        return unknown.isEmpty()
                ? Judged.pass(
                        check, seen.observedAt(), wanted.size() + " targets of aliases resolve")
                : Judged.blind(check, "unproven: " + unknown.getFirst());
    }

    /** What the aliases of a side point at outside the plan, each with the set that does. */
    public static Map<DnsName, String> targets(List<SetChange> changes, Side side) {
        Set<DnsName> planned =
                changes.stream()
                        .filter(c -> !of(c, side).isEmpty())
                        .map(SetChange::name)
                        .collect(Collectors.toSet());
        Map<DnsName, String> targets = new LinkedHashMap<>();
        for (SetChange change : changes) {
            if (change.type() != RecordType.CNAME) {
                continue;
            }
            for (DnsRecord record : of(change, side)) {
                DnsName target = new DnsName(record.content());
                if (!planned.contains(target)) {
                    targets.putIfAbsent(target, change.key().toString());
                }
            }
        }
        return targets;
    }

    private static List<DnsRecord> of(SetChange change, Side side) {
        return switch (side) {
            case CURRENT -> change.before();
            case NEXT -> change.next();
            case FALLBACK -> change.fallback();
        };
    }

    /**
     * Whether the zone above and the zone itself name the same servers.
     *
     * @param acknowledged whether a person has seen that they differ
     */
    public Judged delegationAgrees(boolean acknowledged) {
        CheckName check = CheckName.DELEGATION_AGREES;
        return gates.with(
                check,
                EvidenceKey.DELEGATION,
                Evidence.Delegation.class,
                seen -> judgeDelegation(check, seen, acknowledged));
    }

    private static Judged judgeDelegation(
            CheckName check, Evidence.Delegation seen, boolean acknowledged) {
        List<NameServers> parent = seen.parent().stream().filter(NameServers::answered).toList();
        List<NameServers> child = seen.child().stream().filter(NameServers::answered).toList();
        if (parent.isEmpty() || child.isEmpty()) {
            List<NameServers> asked = parent.isEmpty() ? seen.parent() : seen.child();
            return Judged.blind(
                    check,
                    "unproven: no server of "
                            + (parent.isEmpty() ? "the zone above" : "the zone")
                            + " could be asked"
                            + (asked.isEmpty()
                                    ? ""
                                    : ", first "
                                            + asked.getFirst().server()
                                            + " "
                                            + asked.getFirst().failure()));
        }
        List<String> expected = parent.getFirst().names();
        List<String> off = new ArrayList<>();
        for (NameServers above : parent) {
            if (!above.names().equals(expected)) {
                off.add(
                        "servers of the zone above differ: "
                                + parent.getFirst().server()
                                + " names "
                                + expected
                                + ", "
                                + above.server()
                                + " "
                                + above.names());
            }
        }
        for (NameServers own : child) {
            Set<String> notBelow = new TreeSet<>(expected);
            own.names().forEach(notBelow::remove);
            Set<String> notAbove = new TreeSet<>(own.names());
            expected.forEach(notAbove::remove);
            if (!notBelow.isEmpty() || !notAbove.isEmpty()) {
                off.add(
                        own.server()
                                + ": expected the servers "
                                + expected
                                + " of the zone above, it names "
                                + own.names()
                                + "; visitors are sent by either list");
            }
        }
        if (off.isEmpty()) {
            return Judged.pass(
                    check,
                    seen.observedAt(),
                    "the zone above and the zone name the same " + expected.size() + " servers");
        }
        return acknowledged
                ? Judged.pass(check, seen.observedAt(), "acknowledged: " + off.getFirst())
                : Judged.fail(
                        check,
                        seen.observedAt(),
                        off.getFirst()
                                + "; correct the delegation at the registrar, or list the zone's"
                                + " name under 'acknowledge'",
                        off);
    }

    /** Whether CAA records permit the issuers of the certificates that the next side presents. */
    public Judged issuersPermitted() {
        CheckName check = CheckName.ISSUERS_PERMITTED;
        return gates.with(
                check,
                EvidenceKey.NEXT_TLS,
                Evidence.Tls.class,
                tls -> {
                    Map<TlsResult, Issuer> known = new LinkedHashMap<>();
                    for (TlsResult seen : tls.names()) {
                        Issuer.of(seen.issuer()).ifPresent(i -> known.put(seen, i));
                    }
                    return known.isEmpty()
                            ? Judged.pass(
                                    check,
                                    tls.observedAt(),
                                    "not applicable: no certificate of a public issuer was seen")
                            : gates.with(
                                    check,
                                    EvidenceKey.ISSUERS,
                                    Evidence.IssuerRules.class,
                                    rules -> judgeIssuers(check, known, rules));
                });
    }

    private static Judged judgeIssuers(
            CheckName check, Map<TlsResult, Issuer> known, Evidence.IssuerRules seen) {
        List<String> forbidden = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        known.forEach(
                (tls, issuer) -> {
                    DnsName name = tls.name();
                    Optional<IssuerRule> rule =
                            seen.names().stream().filter(r -> r.name().equals(name)).findFirst();
                    if (rule.isEmpty() || !rule.get().failure().isEmpty()) {
                        unknown.add(
                                name
                                        + " CAA: "
                                        + rule.map(IssuerRule::failure).orElse("was not asked"));
                        return;
                    }
                    Permit permit = tls.wildcard() ? rule.get().wildcard() : rule.get().exact();
                    if (permit.restricts() && !issuer.isAmong(permit.issuers())) {
                        forbidden.add(forbidden(tls, issuer, permit));
                    }
                });
        if (!forbidden.isEmpty()) {
            return Judged.fail(check, seen.observedAt(), forbidden.getFirst(), forbidden);
        }
        return unknown.isEmpty()
                ? Judged.pass(
                        check,
                        seen.observedAt(),
                        known.size() + " certificates are of issuers that CAA permits")
                : Judged.blind(check, "unproven: " + unknown.getFirst());
    }

    private static String forbidden(TlsResult tls, Issuer issuer, Permit permit) {
        return tls.name()
                + ": its "
                + (tls.wildcard() ? "wildcard certificate" : "certificate")
                + " is of "
                + issuer.organisation()
                + ", CAA at "
                + permit.at()
                + " permits by '"
                + permit.tag()
                + "' "
                + permit.issuers()
                + ": it could not be renewed; add '"
                + permit.tag()
                + " "
                + issuer.domains().getFirst()
                + "'";
    }

    /** Whether signatures hold from the root down; a zone that is not signed has none to hold. */
    public Judged signaturesHold() {
        CheckName check = CheckName.SIGNATURES_HOLD;
        return gates.with(
                check,
                EvidenceKey.SIGNATURES,
                Evidence.Signatures.class,
                seen -> {
                    List<String> bogus = sets(seen, Security.BOGUS);
                    if (!bogus.isEmpty()) {
                        return Judged.fail(
                                check,
                                seen.observedAt(),
                                bogus.getFirst()
                                        + ": validating resolvers answer SERVFAIL; look at the DS at"
                                        + " the registrar and at the zone's keys",
                                bogus);
                    }
                    List<String> unknown = sets(seen, Security.UNKNOWN);
                    if (!unknown.isEmpty() || seen.sets().isEmpty()) {
                        return Judged.blind(
                                check,
                                "unproven: "
                                        + (unknown.isEmpty()
                                                ? "nothing was asked"
                                                : unknown.getFirst()));
                    }
                    boolean signed =
                            seen.sets().stream().anyMatch(s -> s.security() == Security.SECURE);
                    return Judged.pass(
                            check,
                            seen.observedAt(),
                            signed
                                    ? seen.sets().size() + " sets are validly signed"
                                    : "not signed: the zone above has no DS for it");
                });
    }

    private static List<String> sets(Evidence.Signatures seen, Security security) {
        return seen.sets().stream()
                .filter(s -> s.security() == security)
                .map(ZoneGates::shown)
                .toList();
    }

    private static String shown(SignedSet set) {
        return set.set() + (set.why().isEmpty() ? "" : ": " + set.why());
    }
}
