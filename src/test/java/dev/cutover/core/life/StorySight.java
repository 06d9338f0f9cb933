package dev.cutover.core.life;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.evidence.CachedPage;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.evidence.Health;
import dev.cutover.core.evidence.NameServers;
import dev.cutover.core.evidence.Security;
import dev.cutover.core.evidence.SignedSet;
import dev.cutover.core.judge.Bucket;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a story's world shows at one moment: everything is fresh and well but what the story calls bad.
 *
 * @param buckets the requests counted so far
 * @param bad what is seen to be wrong
 * @param adopted the share of resolvers that follow the zone
 * @param resolverHealth which resolvers that answered before fail now
 */
record StorySight(
        Cutover c,
        ZoneView zone,
        EdgeView edge,
        List<Bucket> buckets,
        Set<EvidenceKey> bad,
        double adopted,
        Health resolverHealth,
        Instant now) {

    Evidence evidence(EvidenceKey key) {
        boolean isBad = bad.contains(key);
        return switch (key) {
            case ZONE -> new Evidence.Zone(zone);
            case EDGE -> new Evidence.Edge(edge);
            case AUTHORITIES -> new Evidence.Authorities(authorities(), now);
            case RESOLVERS -> new Evidence.Resolvers(resolvers(isBad), resolverHealth, now);
            case NEXT_PAGES, FALLBACK_PAGES, PUBLIC_PAGES ->
                    new Evidence.Pages(
                            key,
                            List.of(
                                    new Evidence.PageResult(
                                            "/", isBad ? 500 : 200, "", isBad ? "status 500" : "")),
                            now);
            case NEXT_TLS, PUBLIC_TLS ->
                    new Evidence.Tls(
                            key,
                            List.of(
                                    new Evidence.TlsResult(
                                            Acme.WWW,
                                            Optional.of(now.plus(Duration.ofDays(60))),
                                            isBad ? "expired" : "")),
                            now);
            case NEXT_ROBOTS -> new Evidence.Robots(isBad ? List.of("/") : List.of(), now);
            case SERVED ->
                    new Evidence.Served(
                            List.of(
                                    new Evidence.ServedName(
                                            Acme.SHOP,
                                            shopIsOnNext() && !isBad ? "next" : "old",
                                            "next",
                                            "")),
                            now);
            case PURGED_PAGES -> {
                String wanted = c.phase().isWayBack() ? "old" : "next";
                yield cached(key, isBad ? "HIT" : "MISS", isBad ? "another" : wanted, wanted);
            }
            case BYPASSED_PAGES -> cached(key, isBad ? "HIT" : "DYNAMIC", "next", "");
            case PROBE_ERRORS, PROVIDER_ERRORS ->
                    new Evidence.Errors(
                            key,
                            buckets.stream()
                                    .filter(b -> b.startsAt().isAfter(now.minusSeconds(600)))
                                    .toList(),
                            now);
            case ALIASES -> new Evidence.Aliases(List.of(), now);
            case DELEGATION ->
                    new Evidence.Delegation(
                            List.of(new NameServers("a.gtld", List.of("ns1", "ns2"), "")),
                            List.of(
                                    new NameServers(
                                            "ns1",
                                            isBad ? List.of("ns1") : List.of("ns1", "ns2"),
                                            "")),
                            now);
            case ISSUERS -> new Evidence.IssuerRules(List.of(), now);
            case SIGNATURES ->
                    new Evidence.Signatures(
                            List.of(
                                    new SignedSet(
                                            new SetKey(Acme.ZONE, RecordType.SOA),
                                            isBad ? Security.BOGUS : Security.SECURE,
                                            "")),
                            now);
            case ENGINE -> new Evidence.Engine("engine 1.0", now);
        };
    }

    /** The second server stays behind where authorities are told to be bad. */
    private int serial(String authority) {
        return authority.equals("ns2") && bad.contains(EvidenceKey.AUTHORITIES) ? 6 : 7;
    }

    private Evidence cached(EvidenceKey key, String status, String marker, String wanted) {
        return new Evidence.Cached(
                key,
                List.of(
                        new CachedPage(
                                "https://" + Acme.SHOP + "/",
                                now,
                                200,
                                status,
                                Optional.empty(),
                                marker,
                                wanted,
                                false,
                                "")),
                now);
    }

    private List<Evidence.AuthorityAnswer> authorities() {
        List<Evidence.AuthorityAnswer> answers = new ArrayList<>();
        for (String authority : List.of("ns1", "ns2")) {
            answers.add(
                    new Evidence.AuthorityAnswer(
                            authority,
                            new SetKey(Acme.ZONE, RecordType.SOA),
                            List.of("ns1. host. " + serial(authority) + " 1 1 1 1800"),
                            1_800,
                            ""));
        }
        for (SetChange change : c.changes()) {
            List<DnsRecord> set = zone.set(change.key());
            for (String authority : List.of("ns1", "ns2")) {
                answers.add(
                        new Evidence.AuthorityAnswer(
                                authority,
                                change.key(),
                                change.isProxied()
                                        ? List.of("104.16.0.1")
                                        : set.stream().map(DnsRecord::content).toList(),
                                set.stream()
                                        .mapToLong(DnsRecord::answeredTtlSeconds)
                                        .max()
                                        .orElse(1_800),
                                ""));
            }
        }
        return answers;
    }

    private List<Evidence.ResolverAnswer> resolvers(boolean slow) {
        List<Evidence.ResolverAnswer> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            SetChange www = c.changes().getFirst();
            List<DnsRecord> shown = i < adopted * 10 ? zone.set(www.key()) : www.before();
            answers.add(
                    new Evidence.ResolverAnswer(
                            "r" + i,
                            www.key(),
                            shown.stream().map(DnsRecord::content).toList(),
                            60,
                            Duration.ofMillis(slow ? 2_000 : 20),
                            ""));
        }
        return answers;
    }

    private boolean shopIsOnNext() {
        return zone.records().stream()
                .anyMatch(r -> r.id().equals("s") && r.content().equals(Acme.SHOP_NEXT));
    }
}
