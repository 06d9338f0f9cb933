package dev.cutover.core.evidence;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.Soa;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.judge.Bucket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A value somebody observed, with when. Evidence is raw: what it means is judged by the gates.
 *
 * <p>Evidence is never an event; events quote what they rest on.
 */
public sealed interface Evidence {
    /** What the evidence is about. */
    EvidenceKey key();

    /** When the observation ended, UTC. */
    Instant observedAt();

    /**
     * The source could not be asked. Never a failure of what was to be observed: it is Blind.
     *
     * @param why what was tried and what came back
     */
    record NoEvidence(EvidenceKey key, String why, Instant observedAt) implements Evidence {}

    /** The zone as its provider shows it. */
    record Zone(ZoneView view) implements Evidence {
        @Override
        public EvidenceKey key() {
            return EvidenceKey.ZONE;
        }

        @Override
        public Instant observedAt() {
            return view.observedAt();
        }
    }

    /** The planned parts of the provider's edge. */
    record Edge(EdgeView view) implements Evidence {
        @Override
        public EvidenceKey key() {
            return EvidenceKey.EDGE;
        }

        @Override
        public Instant observedAt() {
            return view.observedAt();
        }
    }

    /**
     * What every authoritative server of the zone answers for every planned set and for the zone's SOA.
     *
     * @param unevenSince since when, look by look, the servers show different serials; empty when this look
     *     saw one serial or none
     */
    record Authorities(
            List<AuthorityAnswer> answers, Optional<Instant> unevenSince, Instant observedAt)
            implements Evidence {
        public Authorities {
            answers = List.copyOf(answers);
        }

        /** One look by itself, as if there had been none before. */
        public Authorities(List<AuthorityAnswer> answers, Instant observedAt) {
            this(answers, unevenSince(answers, Optional.empty(), observedAt), observedAt);
        }

        /** This look as the one that follows another. */
        public Authorities after(Optional<Authorities> before) {
            return new Authorities(
                    answers,
                    unevenSince(answers, before.flatMap(Authorities::unevenSince), observedAt),
                    observedAt);
        }

        private static Optional<Instant> unevenSince(
                List<AuthorityAnswer> answers, Optional<Instant> before, Instant now) {
            long serials =
                    answers.stream()
                            .flatMap(a -> a.soa().stream())
                            .map(Soa::serial)
                            .distinct()
                            .count();
            return serials > 1 ? Optional.of(before.orElse(now)) : Optional.empty();
        }

        /**
         * How long a resolver may remember that a name does not exist: the longest that a server's SOA or
         * its denial says; empty where none said. Source: RFC 2308 section 5.
         */
        public Optional<Duration> negativeTtl() {
            return answers.stream()
                    .flatMap(a -> a.absentSeconds().stream())
                    .map(Duration::ofSeconds)
                    .max(Duration::compareTo);
        }

        /** What the servers say about themselves, as far as they answered it. */
        public List<AuthorityAnswer> soas() {
            return answers.stream().filter(a -> a.set().type() == RecordType.SOA).toList();
        }

        @Override
        public EvidenceKey key() {
            return EvidenceKey.AUTHORITIES;
        }
    }

    /**
     * One authoritative server's answer for one set.
     *
     * @param authority the server's name or address
     * @param contents sorted, normal form; empty for NODATA and NXDOMAIN
     * @param ttlSeconds of the set; the SOA minimum for a negative answer
     * @param failure empty when it answered; else what happened
     */
    record AuthorityAnswer(
            String authority, SetKey set, List<String> contents, long ttlSeconds, String failure) {
        public AuthorityAnswer {
            contents = contents.stream().sorted().toList();
        }

        private Optional<Long> absentSeconds() {
            if (set.type() == RecordType.SOA) {
                return soa().map(soa -> Math.min(soa.minimumSeconds(), ttlSeconds));
            }
            return answered() && contents.isEmpty() ? Optional.of(ttlSeconds) : Optional.empty();
        }

        /** The zone's own record, when it was asked for and answered. */
        public Optional<Soa> soa() {
            return set.type() == RecordType.SOA && answered() && contents.size() == 1
                    ? Soa.of(contents.getFirst())
                    : Optional.empty();
        }

        public boolean answered() {
            return failure.isEmpty();
        }
    }

    /**
     * What recursive resolvers answer.
     *
     * @param answers the latest of each resolver for each set; none is older than the slow tick in which
     *     everybody is asked
     */
    record Resolvers(List<ResolverAnswer> answers, Health health, Instant observedAt)
            implements Evidence {
        public Resolvers {
            answers = List.copyOf(answers);
        }

        /** Those for the resolvers' own places. */
        public Resolvers own() {
            return of("");
        }

        /** Those for the clients of a region. */
        public Resolvers of(String region) {
            return new Resolvers(
                    answers.stream().filter(a -> a.told().scope().equals(region)).toList(),
                    health,
                    observedAt);
        }

        /** Answers of resolvers of whom nothing else is known. */
        public Resolvers(List<ResolverAnswer> answers, Instant observedAt) {
            this(answers, Health.UNKNOWN, observedAt);
        }

        @Override
        public EvidenceKey key() {
            return EvidenceKey.RESOLVERS;
        }
    }

    /**
     * One resolver's answer for one set.
     *
     * @param contents sorted, normal form; what the name itself owns of the type
     * @param ttlSeconds what is left of the answer's life: of the set's own record, or of the alias that
     *     stands in its place
     * @param latency from just before the question was written to just after the answer was read
     * @param failure empty when it answered; else what happened
     * @param told what the answer tells beside its records
     */
    record ResolverAnswer(
            String resolver,
            SetKey set,
            List<String> contents,
            long ttlSeconds,
            Duration latency,
            String failure,
            Told told) {
        public ResolverAnswer {
            contents = contents.stream().sorted().toList();
        }

        /** An answer that tells nothing beside its records. */
        public ResolverAnswer(
                String resolver,
                SetKey set,
                List<String> contents,
                long ttlSeconds,
                Duration latency,
                String failure) {
            this(
                    resolver,
                    set,
                    contents,
                    ttlSeconds,
                    latency,
                    failure,
                    Told.plainly(
                            failure.isEmpty()
                                    ? contents.isEmpty() ? Came.NEGATIVE : Came.RECORDS
                                    : Came.FAILED));
        }

        public boolean answered() {
            return failure.isEmpty();
        }
    }

    /**
     * Landing pages as one path served them.
     *
     * @param key {@link EvidenceKey#NEXT_PAGES}, {@link EvidenceKey#FALLBACK_PAGES} or {@link
     *     EvidenceKey#PUBLIC_PAGES}
     */
    record Pages(EvidenceKey key, List<PageResult> pages, Instant observedAt) implements Evidence {
        public Pages {
            pages = List.copyOf(pages);
        }
    }

    /**
     * One page.
     *
     * @param path the path asked for
     * @param status the final HTTP status; 0 when no answer came
     * @param side the side the page's marker names; empty when it has none
     * @param problem empty when the page is fine; else what is wrong with it
     */
    record PageResult(String path, int status, String side, String problem) {
        public boolean ok() {
            return problem.isEmpty();
        }
    }

    /** Certificates as one path presented them; {@link EvidenceKey#NEXT_TLS} or {@link EvidenceKey#PUBLIC_TLS}. */
    record Tls(EvidenceKey key, List<TlsResult> names, Instant observedAt) implements Evidence {
        public Tls {
            names = List.copyOf(names);
        }
    }

    /**
     * One name's certificate.
     *
     * @param notAfter when it expires; empty when no handshake took place
     * @param issuer the organisation that issued it; empty when it names none or none was seen
     * @param wildcard whether it covers the name by a wildcard alone
     * @param problem empty when chain, name and dates are right; else what is wrong
     */
    record TlsResult(
            DnsName name,
            Optional<Instant> notAfter,
            String issuer,
            boolean wildcard,
            String problem) {
        /** A certificate whose issuer is not known. */
        public TlsResult(DnsName name, Optional<Instant> notAfter, String problem) {
            this(name, notAfter, "", false, problem);
        }

        public boolean ok() {
            return problem.isEmpty();
        }
    }

    /**
     * Whether crawlers may read the landing pages on the next side.
     *
     * @param blocked the paths robots.txt forbids, at most 20
     */
    record Robots(List<String> blocked, Instant observedAt) implements Evidence {
        public Robots {
            blocked = List.copyOf(blocked);
        }

        @Override
        public EvidenceKey key() {
            return EvidenceKey.NEXT_ROBOTS;
        }
    }

    /**
     * Requests and failures, counted in buckets; {@link EvidenceKey#PROBE_ERRORS} or {@link
     * EvidenceKey#PROVIDER_ERRORS}.
     */
    record Errors(EvidenceKey key, List<Bucket> buckets, Instant observedAt) implements Evidence {
        public Errors {
            buckets = List.copyOf(buckets);
        }
    }

    /** Where the names lead that planned aliases point at, asked at their own servers. */
    record Aliases(List<AliasTarget> targets, Instant observedAt) implements Evidence {
        public Aliases {
            targets = List.copyOf(targets);
        }

        @Override
        public EvidenceKey key() {
            return EvidenceKey.ALIASES;
        }
    }

    /** Which name servers the zone above and the zone itself name for the zone. */
    record Delegation(List<NameServers> parent, List<NameServers> child, Instant observedAt)
            implements Evidence {
        public Delegation {
            parent = List.copyOf(parent);
            child = List.copyOf(child);
        }

        @Override
        public EvidenceKey key() {
            return EvidenceKey.DELEGATION;
        }
    }

    /** Who may issue certificates for the names that need one. */
    record IssuerRules(List<IssuerRule> names, Instant observedAt) implements Evidence {
        public IssuerRules {
            names = List.copyOf(names);
        }

        @Override
        public EvidenceKey key() {
            return EvidenceKey.ISSUERS;
        }
    }

    /** Whether what is answered for the zone can be proven by signatures, from the root down. */
    record Signatures(List<SignedSet> sets, Instant observedAt) implements Evidence {
        public Signatures {
            sets = List.copyOf(sets);
        }

        @Override
        public EvidenceKey key() {
            return EvidenceKey.SIGNATURES;
        }
    }

    /**
     * Which side answers for each proxied name through the edge, its cache bypassed. A name whose visitors
     * are spread over the origins of a pool is asked several times.
     */
    record Served(List<ServedName> names, Instant observedAt) implements Evidence {
        public Served {
            names = List.copyOf(names);
        }

        @Override
        public EvidenceKey key() {
            return EvidenceKey.SERVED;
        }
    }

    /**
     * What answered for one name through the edge.
     *
     * @param marker the answering origin's marker; empty when it has none
     * @param nextMarker the marker the next side shows when asked by pinned address
     * @param failure empty when both answered
     */
    record ServedName(DnsName name, String marker, String nextMarker, String failure) {
        /** Whether the next side answers for this name. */
        public boolean onNext() {
            return failure.isEmpty() && !marker.isEmpty() && marker.equals(nextMarker);
        }
    }

    /**
     * Pages through the edge with its cache in play; {@link EvidenceKey#PURGED_PAGES} or {@link
     * EvidenceKey#BYPASSED_PAGES}.
     *
     * @param observedAt when the look began
     */
    record Cached(EvidenceKey key, List<CachedPage> pages, Instant observedAt) implements Evidence {
        public Cached {
            pages = List.copyOf(pages);
        }
    }

    /**
     * Nothing seen that counts yet, and why: what was read before is no evidence any more.
     *
     * @param why what is waited for
     */
    record NotYet(EvidenceKey key, String why, Instant observedAt) implements Evidence {}

    /** Whether the promotion engine can be reached and lets us in. */
    record Engine(String description, Instant observedAt) implements Evidence {
        @Override
        public EvidenceKey key() {
            return EvidenceKey.ENGINE;
        }
    }
}
