package dev.cutover.sim;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.EdgeGates;
import dev.cutover.core.judge.Bucket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the controller can observe of the world, with the sources' own faults.
final class SimSenses {
    private final SimWorld world;

    SimSenses(SimWorld world) {
        this.world = world;
    }

    Evidence observe(EvidenceKey key) {
        Instant now = world.now();
        boolean blind =
                key != EvidenceKey.ZONE
                        && key != EvidenceKey.EDGE
                        && key != EvidenceKey.AUTHORITIES
                        && SimWorld.any(world.blind, now);
        if (blind) {
            return new Evidence.NoEvidence(key, "the source is down", now);
        }
        return switch (key) {
            case ZONE -> zone(now);
            case EDGE -> edge(now);
            case AUTHORITIES -> authorities(now);
            case RESOLVERS -> resolvers(now);
            case NEXT_PAGES -> pages(key, List.of(SimWorld.Origin.NEXT), now);
            case FALLBACK_PAGES -> pages(key, world.fallbackOrigins(), now);
            case PUBLIC_PAGES -> pages(key, publicOrigins(), now);
            case NEXT_ROBOTS -> new Evidence.Robots(List.of(), now);
            case NEXT_TLS, PUBLIC_TLS ->
                    new Evidence.Tls(
                            key,
                            List.of(
                                    new Evidence.TlsResult(
                                            world.names.getFirst(),
                                            Optional.of(now.plus(Duration.ofDays(90))),
                                            "")),
                            now);
            case SERVED -> served(now);
            case PURGED_PAGES -> world.edge.purgedPages(now);
            case BYPASSED_PAGES -> world.edge.bypassedPages(now);
            case PROBE_ERRORS -> new Evidence.Errors(key, List.copyOf(world.requests), now);
            case PROVIDER_ERRORS -> providerErrors(now);
            case ALIASES -> new Evidence.Aliases(List.of(), now);
            case DELEGATION, ISSUERS, SIGNATURES ->
                    new Evidence.NoEvidence(key, "other people's servers are not simulated", now);
            case ENGINE ->
                    world.engine.dead
                            ? new Evidence.NoEvidence(key, "the engine does not answer", now)
                            : new Evidence.Engine("ready", now);
        };
    }

    private Evidence edge(Instant now) {
        if (!world.apiUp(now)) {
            return new Evidence.NoEvidence(EvidenceKey.EDGE, "the API answered 502", now);
        }
        return new Evidence.Edge(world.edgeView(now));
    }

    private Evidence zone(Instant now) {
        if (!world.apiUp(now) || world.chance.in100(1)) {
            return new Evidence.NoEvidence(EvidenceKey.ZONE, "the API answered 502", now);
        }
        return new Evidence.Zone(new ZoneView(Scenario.APEX, world.zone.records(), now));
    }

    private Evidence authorities(Instant now) {
        List<Evidence.AuthorityAnswer> answers = new ArrayList<>();
        for (int i = 0; i < world.zone.authorities(); i++) {
            SimZone.Version version = world.zone.shown(i, now);
            boolean down = i == 0 && SimWorld.any(world.authorityDown, now);
            for (SetKey key : world.scenario.promises().keySet()) {
                List<DnsRecord> set = version.set(key);
                answers.add(
                        new Evidence.AuthorityAnswer(
                                "ns" + i,
                                key,
                                down ? List.of() : contents(set),
                                set.stream().mapToLong(SimZone::answeredTtl).max().orElse(600),
                                down ? "no answer in 2 s" : ""));
            }
        }
        for (int i = 0; i < world.zone.authorities(); i++) {
            boolean down = i == 0 && SimWorld.any(world.authorityDown, now);
            answers.add(
                    new Evidence.AuthorityAnswer(
                            "ns" + i,
                            new SetKey(Scenario.APEX, RecordType.SOA),
                            down ? List.of() : List.of("ns0. host. 7 1 1 1 600"),
                            600,
                            down ? "no answer in 2 s" : ""));
        }
        return new Evidence.Authorities(answers, now);
    }

    private static List<String> contents(List<DnsRecord> records) {
        return records.stream().map(DnsRecord::content).toList();
    }

    private Evidence resolvers(Instant now) {
        List<Evidence.ResolverAnswer> answers = new ArrayList<>();
        Duration latency =
                SimWorld.any(world.slowResolvers, now)
                        ? Duration.ofSeconds(2)
                        : Duration.ofMillis(20);
        for (int i = 0; i < 3; i++) {
            for (SetKey key : world.scenario.promises().keySet()) {
                List<DnsRecord> set =
                        world.resolve(i, key.name()).stream()
                                .filter(r -> r.type() == key.type())
                                .toList();
                if (set.isEmpty()) {
                    set = world.zone.shown(i % world.zone.authorities(), now).set(key);
                }
                answers.add(
                        new Evidence.ResolverAnswer("r" + i, key, contents(set), 30, latency, ""));
            }
        }
        return new Evidence.Resolvers(answers, now);
    }

    private Evidence pages(EvidenceKey key, List<SimWorld.Origin> origins, Instant now) {
        double worst = 0;
        for (SimWorld.Origin origin : origins) {
            worst = Math.max(worst, world.sickness(origin, now));
        }
        boolean bad = worst >= 0.2;
        return new Evidence.Pages(
                key,
                List.of(
                        new Evidence.PageResult("/", bad ? 503 : 200, "", bad ? "status 503" : ""),
                        new Evidence.PageResult("/shop", 200, "", "")),
                now);
    }

    private List<SimWorld.Origin> publicOrigins() {
        List<SimWorld.Origin> origins = new ArrayList<>();
        for (DnsName name : world.names) {
            world.resolve(1, name).forEach(r -> origins.add(SimWorld.originOf(r.content())));
        }
        return origins;
    }

    private Evidence served(Instant now) {
        List<Evidence.ServedName> names = new ArrayList<>();
        for (DnsName name : world.names) {
            List<DnsRecord> records = world.resolve(1, name);
            if (records.isEmpty() || !records.getFirst().proxied()) {
                continue;
            }
            boolean next =
                    records.stream()
                            .anyMatch(r -> SimWorld.originOf(r.content()) == SimWorld.Origin.NEXT);
            names.add(new Evidence.ServedName(name, next ? "next" : "current", "next", ""));
        }
        world.pool.ifPresent(
                pool -> {
                    for (int i = 0; i < EdgeGates.LEAST_ASKED; i++) {
                        names.add(
                                new Evidence.ServedName(
                                        SimPool.HOST,
                                        pool.isOnNext(now) ? "next" : "current",
                                        "next",
                                        ""));
                    }
                });
        return new Evidence.Served(names, now);
    }

    private Evidence providerErrors(Instant now) {
        if (!world.apiUp(now)) {
            return new Evidence.NoEvidence(EvidenceKey.PROVIDER_ERRORS, "502", now);
        }
        List<Bucket> old =
                world.requests.stream()
                        .filter(b -> b.startsAt().isBefore(now.minusSeconds(180)))
                        .toList();
        return new Evidence.Errors(EvidenceKey.PROVIDER_ERRORS, old, now);
    }
}
