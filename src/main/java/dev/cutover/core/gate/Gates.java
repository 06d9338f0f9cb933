package dev.cutover.core.gate;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.Evidence.PageResult;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.Evidence.ServedName;
import dev.cutover.core.evidence.Evidence.TlsResult;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.image.Advance;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.timeline.TtlClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The gates and guards, one function each: evidence and now in, a verdict with its reasons out.
 *
 * <p>Evidence older than the gate's maximum age is Inconclusive; a source that could not be asked is
 * Blind. Neither opens a gate, neither is a finding.
 *
 * @param seen the latest evidence by key
 * @param now plan time
 * @param maxAge how old evidence may be
 */
public record Gates(Map<EvidenceKey, Evidence> seen, Instant now, Duration maxAge) {
    /** Fresh evidence of one kind, or the verdict that its absence means. */
    <E extends Evidence> Judged with(
            CheckName check, EvidenceKey key, Class<E> type, Function<E, Judged> judge) {
        Evidence evidence = seen.get(key);
        if (evidence == null) {
            return Judged.inconclusive(check, Optional.empty(), "not observed yet");
        }
        if (evidence instanceof Evidence.NoEvidence none) {
            return Judged.blind(check, none.why());
        }
        if (evidence instanceof Evidence.NotYet yet) {
            return Judged.inconclusive(check, Optional.empty(), yet.why());
        }
        if (evidence.observedAt().plus(maxAge).isBefore(now)) {
            return Judged.inconclusive(
                    check,
                    Optional.of(evidence.observedAt()),
                    "last seen at "
                            + evidence.observedAt()
                            + ", older than "
                            + maxAge.toSeconds()
                            + " s");
        }
        return judge.apply(type.cast(evidence));
    }

    /** The gates about the zone as a whole. */
    public ZoneGates zone() {
        return new ZoneGates(this);
    }

    /** Whether the planned sets stand in the zone exactly as expected. */
    public Judged zoneUnchanged(
            List<SetChange> changes, Function<SetChange, List<DnsRecord>> expected) {
        return with(
                CheckName.ZONE_UNCHANGED,
                EvidenceKey.ZONE,
                Evidence.Zone.class,
                zone -> {
                    List<ForeignEdit> edits = drift(zone.view(), changes, expected);
                    return edits.isEmpty()
                            ? Judged.pass(
                                    CheckName.ZONE_UNCHANGED,
                                    zone.observedAt(),
                                    changes.size() + " planned sets stand as expected")
                            : Judged.fail(
                                    CheckName.ZONE_UNCHANGED,
                                    zone.observedAt(),
                                    edits.getFirst()
                                            + (edits.size() > 1
                                                    ? " and " + (edits.size() - 1) + " more"
                                                    : ""),
                                    edits.stream().map(ForeignEdit::toString).toList());
                });
    }

    /** Every difference between the planned sets and what is expected of them. */
    public static List<ForeignEdit> drift(
            ZoneView view, List<SetChange> changes, Function<SetChange, List<DnsRecord>> expected) {
        List<ForeignEdit> edits = new ArrayList<>();
        changes.forEach(
                c -> edits.addAll(Advance.differences(expected.apply(c), view.set(c.key()))));
        return edits;
    }

    /** Whether every authority answers and all give the expected records; proxied sets show the edge and are left out. */
    public Judged authoritiesAgree(
            List<SetChange> changes, Function<SetChange, List<DnsRecord>> expected) {
        return with(
                CheckName.AUTHORITIES_AGREE,
                EvidenceKey.AUTHORITIES,
                Evidence.Authorities.class,
                seenAnswers -> {
                    if (isDark(seenAnswers)) {
                        return Judged.blind(
                                CheckName.AUTHORITIES_AGREE,
                                "no authority answered, and no resolver did since: our own network may"
                                        + " be down");
                    }
                    List<String> wrong = authoritiesOff(changes, expected, seenAnswers);
                    return wrong.isEmpty()
                            ? Judged.pass(
                                    CheckName.AUTHORITIES_AGREE,
                                    seenAnswers.observedAt(),
                                    "all authorities serve the expected records")
                            : Judged.fail(
                                    CheckName.AUTHORITIES_AGREE,
                                    seenAnswers.observedAt(),
                                    wrong.getFirst(),
                                    wrong);
                });
    }

    /** All silent at once have our own network in common, unless some resolver answered meanwhile. */
    private boolean isDark(Evidence.Authorities asked) {
        boolean silent =
                asked.answers().size() > 1
                        && asked.answers().stream().noneMatch(AuthorityAnswer::answered);
        boolean heardOthers =
                seen.get(EvidenceKey.RESOLVERS) instanceof Evidence.Resolvers r
                        && !r.observedAt().isBefore(asked.observedAt())
                        && r.answers().stream().anyMatch(ResolverAnswer::answered);
        return silent && !heardOthers;
    }

    private static List<String> authoritiesOff(
            List<SetChange> changes,
            Function<SetChange, List<DnsRecord>> expected,
            Evidence.Authorities seenAnswers) {
        List<String> wrong = new ArrayList<>();
        for (SetChange change : changes) {
            if (!change.isAnswered(expected.apply(change))) {
                continue;
            }
            List<String> wanted =
                    expected.apply(change).stream().map(DnsRecord::content).sorted().toList();
            List<AuthorityAnswer> answers =
                    seenAnswers.answers().stream()
                            .filter(a -> a.set().equals(change.key()))
                            .toList();
            if (answers.isEmpty()) {
                wrong.add(change.key() + ": no authority was asked");
            }
            for (AuthorityAnswer answer : answers) {
                if (!answer.answered()) {
                    wrong.add(change.key() + ": " + answer.authority() + " " + answer.failure());
                } else if (!answer.contents().equals(wanted)) {
                    wrong.add(
                            change.key()
                                    + ": expected "
                                    + wanted
                                    + ", "
                                    + answer.authority()
                                    + " answers "
                                    + answer.contents()
                                    + " (TTL "
                                    + answer.ttlSeconds()
                                    + " s)");
                }
            }
        }
        return wrong;
    }

    /** Whether the TTL clock has run out and the policy's lead has passed. */
    public Judged ttlAged(
            TtlClock clock, List<SetChange> changes, Duration negativeTtl, Instant leadOver) {
        return TtlGate.judge(clock.read(changes, negativeTtl), changes, negativeTtl, leadOver, now);
    }

    /** Whether every page of one path is right. */
    public Judged pages(CheckName check, EvidenceKey key) {
        return with(
                check,
                key,
                Evidence.Pages.class,
                pages -> {
                    List<PageResult> bad = pages.pages().stream().filter(p -> !p.ok()).toList();
                    if (pages.pages().isEmpty()) {
                        return Judged.inconclusive(
                                check, Optional.of(pages.observedAt()), "no page was fetched");
                    }
                    return bad.isEmpty()
                            ? Judged.pass(
                                    check,
                                    pages.observedAt(),
                                    pages.pages().size() + " pages are right")
                            : Judged.fail(
                                    check,
                                    pages.observedAt(),
                                    bad.size()
                                            + " of "
                                            + pages.pages().size()
                                            + " pages are wrong, first "
                                            + bad.getFirst().path()
                                            + ": "
                                            + bad.getFirst().problem(),
                                    bad.stream().map(p -> p.path() + ": " + p.problem()).toList());
                });
    }

    /** Whether every name presents a valid certificate that outlives {@code until}. */
    public Judged tls(CheckName check, EvidenceKey key, Instant until) {
        return with(
                check,
                key,
                Evidence.Tls.class,
                tls -> {
                    if (tls.names().isEmpty()) {
                        return Judged.inconclusive(
                                check, Optional.of(tls.observedAt()), "no name was looked at");
                    }
                    List<String> bad = new ArrayList<>();
                    for (TlsResult name : tls.names()) {
                        if (!name.ok()) {
                            bad.add(name.name() + ": " + name.problem());
                        } else if (name.notAfter().isPresent()
                                && name.notAfter().get().isBefore(until)) {
                            bad.add(
                                    name.name()
                                            + ": certificate expires at "
                                            + name.notAfter().get()
                                            + ", before the soak ends at "
                                            + until);
                        }
                    }
                    return bad.isEmpty()
                            ? Judged.pass(
                                    check,
                                    tls.observedAt(),
                                    tls.names().size() + " names present valid certificates")
                            : Judged.fail(check, tls.observedAt(), bad.getFirst(), bad);
                });
    }

    /** Whether the next side lets crawlers read and index every landing page. */
    public Judged robots() {
        return with(
                CheckName.NEXT_ROBOTS,
                EvidenceKey.NEXT_ROBOTS,
                Evidence.Robots.class,
                robots ->
                        robots.blocked().isEmpty()
                                ? Judged.pass(
                                        CheckName.NEXT_ROBOTS,
                                        robots.observedAt(),
                                        "crawlers may read and index every landing page")
                                : Judged.fail(
                                        CheckName.NEXT_ROBOTS,
                                        robots.observedAt(),
                                        "the next side keeps crawlers from "
                                                + robots.blocked().size()
                                                + " landing pages, first "
                                                + robots.blocked().getFirst(),
                                        robots.blocked()));
    }

    /** Whether the promotion engine lets us in. */
    public Judged engineReady() {
        return with(
                CheckName.ENGINE_READY,
                EvidenceKey.ENGINE,
                Evidence.Engine.class,
                engine ->
                        Judged.pass(
                                CheckName.ENGINE_READY, engine.observedAt(), engine.description()));
    }

    /**
     * Whether what was switched is served: DNS-only sets by every authority, proxied names by the next
     * side's marker through the edge.
     */
    public Judged served(List<SetChange> switched) {
        List<SetChange> dnsOnly = switched.stream().filter(c -> c.isAnswered(c.next())).toList();
        Judged dns =
                dnsOnly.isEmpty()
                        ? Judged.pass(CheckName.SERVED, now, "no DNS-only sets")
                        : renamed(authoritiesAgree(dnsOnly, SetChange::next));
        if (dns.verdict() != Verdict.PASS
                || switched.stream().noneMatch(SetChange::isProxiedNext)) {
            return dns;
        }
        return with(
                CheckName.SERVED,
                EvidenceKey.SERVED,
                Evidence.Served.class,
                served -> {
                    List<String> off = new ArrayList<>();
                    for (SetChange change : switched) {
                        if (change.isProxiedNext()) {
                            served.names().stream()
                                    .filter(n -> n.name().equals(change.name()))
                                    .findFirst()
                                    .ifPresentOrElse(
                                            n -> offNext(n).ifPresent(off::add),
                                            () ->
                                                    off.add(
                                                            change.name()
                                                                    + ": was not asked through the edge"));
                        }
                    }
                    return off.isEmpty()
                            ? Judged.pass(
                                    CheckName.SERVED,
                                    served.observedAt(),
                                    switched.size() + " sets are served from the next side")
                            : Judged.fail(
                                    CheckName.SERVED, served.observedAt(), off.getFirst(), off);
                });
    }

    private static Optional<String> offNext(ServedName name) {
        if (name.onNext()) {
            return Optional.empty();
        }
        return Optional.of(
                name.failure().isEmpty()
                        ? name.name()
                                + ": expected marker '"
                                + name.nextMarker()
                                + "' through the edge, seen '"
                                + name.marker()
                                + "'"
                        : name.name() + ": " + name.failure());
    }

    private static Judged renamed(Judged judged) {
        return new Judged(
                CheckName.SERVED,
                judged.verdict(),
                judged.summary(),
                judged.findings(),
                judged.observedAt());
    }

    /**
     * Whether visitors see too many errors.
     *
     * @param since when the switch began; nothing before it counts
     */
    public ErrorPaths errors(Plan.Watch watch, Instant since) {
        return new ErrorPaths(seen, now, watch, since);
    }

    /** What recursive resolvers say. */
    public ResolverGates resolvers() {
        return new ResolverGates(this);
    }
}
