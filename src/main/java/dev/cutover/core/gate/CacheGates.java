package dev.cutover.core.gate;

import dev.cutover.core.evidence.CachedPage;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The gates over the edge's cache, by the rules of {@link Gates}.
 *
 * @param gates with the evidence and its age
 */
public record CacheGates(Gates gates) {
    /**
     * Whether no page from before the switch is handed out any more: each answer was made since, by the
     * side that serves. A busy page is made anew right after its own purge, before that of the last portion
     * has ended; so the switch is what it must not be older than.
     *
     * @param servedSince when that side was seen to serve, before the first purge was asked for
     * @param purgedAt when the last portion was accepted; what was looked at before proves nothing
     */
    public Judged purged(Instant servedSince, Instant purgedAt) {
        return gates.with(
                CheckName.PURGED,
                EvidenceKey.PURGED_PAGES,
                Evidence.Cached.class,
                seen -> {
                    if (!seen.observedAt().isAfter(purgedAt)) {
                        return Judged.inconclusive(
                                CheckName.PURGED,
                                Optional.of(seen.observedAt()),
                                "not looked at since the purge at " + purgedAt);
                    }
                    List<String> old = new ArrayList<>();
                    List<String> unknown = new ArrayList<>();
                    for (CachedPage page : seen.pages()) {
                        if (!page.answered()) {
                            unknown.add(page.url() + ": " + page.failure());
                        } else if (!page.isOfWantedSide()) {
                            old.add(
                                    page.url()
                                            + " shows "
                                            + side(page.marker())
                                            + " instead of "
                                            + side(page.wantedMarker())
                                            + " ("
                                            + page.header()
                                            + ")");
                        } else if (!page.isMadeAfter(servedSince)) {
                            old.add(
                                    page.url()
                                            + " was made before this side was seen to serve at "
                                            + servedSince
                                            + " ("
                                            + page.header()
                                            + ")");
                        }
                    }
                    return verdict(
                            CheckName.PURGED,
                            seen,
                            old,
                            unknown,
                            "made since this side was seen to serve");
                });
    }

    /** Whether no cache keeps what must always come from the origin, such as administration and API. */
    public Judged bypassed() {
        return gates.with(
                CheckName.CACHE_BYPASSED,
                EvidenceKey.BYPASSED_PAGES,
                Evidence.Cached.class,
                seen -> {
                    List<String> kept = new ArrayList<>();
                    List<String> unknown = new ArrayList<>();
                    for (CachedPage page : seen.pages()) {
                        if (!page.answered()) {
                            unknown.add(page.url() + ": " + page.failure());
                        } else if (page.isKept()) {
                            kept.add(
                                    page.url()
                                            + " must not be cached, but the edge answers with "
                                            + page.header());
                        }
                    }
                    return verdict(
                            CheckName.CACHE_BYPASSED, seen, kept, unknown, "kept by no cache");
                });
    }

    private static Judged verdict(
            CheckName check,
            Evidence.Cached seen,
            List<String> wrong,
            List<String> unknown,
            String right) {
        if (!wrong.isEmpty()) {
            return Judged.fail(check, seen.observedAt(), wrong.getFirst(), wrong);
        }
        if (!unknown.isEmpty()) {
            return Judged.inconclusive(check, Optional.of(seen.observedAt()), unknown.getFirst());
        }
        return Judged.pass(
                check, seen.observedAt(), seen.pages().size() + " addresses are " + right);
    }

    private static String side(String marker) {
        return marker.isEmpty() ? "a body without a marker" : "'" + marker + "'";
    }
}
