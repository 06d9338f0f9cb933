package dev.cutover.cli;

import dev.cutover.cli.Prober.Look;
import dev.cutover.cli.Prober.Seen;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.timeline.AnswerVerdict;
import dev.cutover.core.timeline.Between;
import dev.cutover.core.timeline.Cache;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.EdgeIdentity;
import dev.cutover.core.timeline.Forecast;
import dev.cutover.core.timeline.SwitchedSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the core makes of a name's answers: what each means, and until when old ones may live.
///
/// Every authority is taken to give the expected answer since the moment that was said, or since
/// the
/// first look. When it was said how long the old answer may be kept, no honest cache outlasts that;
/// when not, an old answer is taken to be gone when the TTL it was seen with has run out, and
/// nothing
/// is said of caches that have not answered.
final class ProbeOutlook {
    /// Stands for an answer that nobody named; none has this content.
    private static final String NOT_SAID = "(not said)";

    /// Source: RFC 2181 section 8.
    private static final long LONGEST_TTL_SECONDS = Integer.MAX_VALUE;

    private final SetKey set;
    private final Set<String> before;
    private final Optional<Duration> oldTtl;
    private Optional<Instant> switchedAt;
    private Caches caches = Caches.none();
    private long nextTtlSeconds;

    /// @param before what the answer was; empty when nobody said
    /// @param oldTtl how long any cache may keep that; empty when nobody said
    /// @param switchedAt when the last authority began to give the expected answer; empty for the
    ///     first look
    ProbeOutlook(
            SetKey set,
            Set<String> before,
            Optional<Duration> oldTtl,
            Optional<Instant> switchedAt) {
        this.set = set;
        this.before = before;
        this.oldTtl = oldTtl;
        this.switchedAt = switchedAt;
    }

    /// What an answer means.
    ///
    /// @param expected what the answer should be, all of it
    /// @param askedAt when it was asked for
    AnswerVerdict judge(ResolverAnswer answer, Set<String> expected, Instant askedAt) {
        return switched(expected).judge(answer, askedAt);
    }

    void take(Look look, Set<String> expected) {
        switchedAt = switchedAt.or(() -> Optional.of(look.askedAt()));
        SwitchedSet one = switched(expected);
        List<ResolverAnswer> answers = look.seen().stream().map(Seen::answer).toList();
        for (Seen seen : look.seen()) {
            if (one.judge(seen.answer(), look.askedAt()) == AnswerVerdict.NEXT) {
                nextTtlSeconds = Math.max(nextTtlSeconds, seen.ttlSeconds());
            }
        }
        Caches known = caches.look(List.of(one), answers, a -> 1, look.askedAt(), look.endedAt());
        caches =
                oldTtl.isPresent()
                        ? known
                        : new Caches(Optional.empty(), known.servedAt(), known.caches());
    }

    Forecast forecast(double quorum, Instant now) {
        return Forecast.of(caches, quorum, nextTtlSeconds, now);
    }

    /// When a resolver's caches have let go of old answers; empty when it holds none.
    Optional<Between> oldUntil(String resolver, Instant now) {
        return Forecast.of(caches, resolver, now);
    }

    /// What a resolver was seen to do with TTLs that keeps visitors waiting; empty when nothing.
    Optional<String> habit(String resolver, String region) {
        return caches.caches().stream()
                .filter(c -> c.resolver().equals(resolver) && c.scope().equals(region))
                .filter(c -> c.habit().isLate())
                .max((a, b) -> a.habit().compareTo(b.habit()))
                .map(ProbeOutlook::words);
    }

    private static String words(Cache c) {
        return new Forecast.Late(c.name(), c.habit(), c.habitSeconds(), c.oldUntil()).text();
    }

    private SwitchedSet switched(Set<String> expected) {
        List<DnsRecord> old = records(before);
        return new SwitchedSet(
                new SetChange(set.name(), set.type(), old, old, records(expected), old, 1),
                switchedAt,
                oldTtl.map(Duration::toSeconds).orElse(LONGEST_TTL_SECONDS),
                LONGEST_TTL_SECONDS,
                EdgeIdentity.unknown());
    }

    private List<DnsRecord> records(Set<String> contents) {
        Set<String> named = contents.isEmpty() ? Set.of(NOT_SAID) : contents;
        return named.stream()
                .map(c -> DnsRecord.of(set.name(), set.type(), c, LONGEST_TTL_SECONDS, false))
                .toList();
    }
}
