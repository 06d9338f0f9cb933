package dev.cutover.core.evidence;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One address as the edge answered it with its caches in play, beside what a side answers by itself.
 *
 * <p>Source: Cloudflare cache/concepts/cache-responses: HIT, STALE, UPDATING and REVALIDATED come from
 * the cache, MISS and EXPIRED from the origin but are kept, BYPASS and DYNAMIC are neither.
 *
 * @param url what was asked for
 * @param askedAt when it was asked for
 * @param status the HTTP status; 0 when no answer came
 * @param cacheStatus the {@code CF-Cache-Status} header, upper case; empty when there was none
 * @param age the {@code Age} header: since when a cache holds the answer; empty when there was none
 * @param marker the answering origin's marker; empty when it has none
 * @param wantedMarker the marker of the side that should answer, asked by pinned address; empty when it has
 *     none or was not asked
 * @param sameBody whether the body equals that side's, byte by byte
 * @param failure empty when everybody asked has answered
 */
public record CachedPage(
        String url,
        Instant askedAt,
        int status,
        String cacheStatus,
        Optional<Duration> age,
        String marker,
        String wantedMarker,
        boolean sameBody,
        String failure) {
    private static final Set<String> FROM_CACHE = Set.of("HIT", "STALE", "UPDATING", "REVALIDATED");
    private static final Set<String> KEPT = Set.of("MISS", "EXPIRED");

    public CachedPage {
        cacheStatus = cacheStatus.toUpperCase(Locale.ROOT);
    }

    public boolean answered() {
        return failure.isEmpty();
    }

    /** Whether a cache gave this answer. */
    public boolean isFromCache() {
        return FROM_CACHE.contains(cacheStatus) || age.filter(a -> !a.isZero()).isPresent();
    }

    /** Whether a cache gave this answer or keeps it for the next who asks. */
    public boolean isKept() {
        return isFromCache() || KEPT.contains(cacheStatus);
    }

    /** Whether the wanted side made this answer: by its marker, or where it has none by the same body. */
    public boolean isOfWantedSide() {
        return wantedMarker.isEmpty() ? sameBody : marker.equals(wantedMarker);
    }

    /**
     * Whether this answer was made after that instant: by the origin just now, or kept since then. An age
     * counts whole seconds, so that a kept answer may be up to one second older than it says.
     */
    public boolean isMadeAfter(Instant then) {
        return !isFromCache() || age.map(a -> !askedAt.minus(a).isBefore(then)).orElse(false);
    }

    /** The header as people look it up. */
    public String header() {
        return "CF-Cache-Status: "
                + (cacheStatus.isEmpty() ? "(none)" : cacheStatus)
                + age.map(a -> ", Age: " + a.toSeconds()).orElse("");
    }
}
