package dev.cutover.lab.site;

import dev.cutover.lab.LabClock;
import dev.cutover.lab.cloudflare.ZoneState;
import dev.cutover.lab.http.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the edge keeps of the origins' answers: GETs answered 200 that say for how long.
 *
 * <p>There is a cache in each place, and an upper one that they ask first while the shield is on. A
 * purge drops what it names only after a lag since its acceptance, which may be longer in the upper
 * one: a place that refills from there meanwhile keeps the old answer. Source: RFC 9111; Cloudflare
 * cache behaviour: an answer that sets a cookie is not kept. Safe for many threads.
 */
final class EdgeCache {

    /** The tier that the places ask while the shield is on. */
    static final int UPPER = -1;

    private static final int MOST = 5_000;
    private static final Pattern MAX_AGE = Pattern.compile("(s-maxage|max-age)=(\\d{1,9})");

    private record Kept(Reply.Answer answer, Instant at, Duration fresh) {}

    private final LabClock clock;
    private final Map<String, Kept> byUrl = new LinkedHashMap<>(256, 0.75f, true);
    private Duration purgeLag = Duration.ofMillis(500);
    private Duration upperLag = Duration.ZERO;

    EdgeCache(LabClock clock) {
        this.clock = clock;
    }

    synchronized void purgeLag(Duration lag) {
        purgeLag = lag;
    }

    /** How much later than the others the upper tier drops what was purged. */
    synchronized void upperLag(Duration more) {
        upperLag = more;
    }

    /** The kept answer for an address (host, path and query), with its age. */
    synchronized Optional<Reply.Answer> find(int tier, String url, String host, ZoneState zone) {
        var kept = byUrl.get(tier + " " + url);
        if (kept == null) {
            return Optional.empty();
        }
        var now = clock.instant();
        var age = Duration.between(kept.at(), now);
        var lag = tier == UPPER ? purgeLag.plus(upperLag) : purgeLag;
        if (age.compareTo(kept.fresh()) >= 0 || purged(kept, lag, url, host, zone, now)) {
            return Optional.empty();
        }
        return Optional.of(kept.answer().with("age", Long.toString(age.toSeconds())));
    }

    /** The last answer kept for an address, however old, as long as no purge named it. */
    synchronized Optional<Reply.Answer> stale(int tier, String url, String host, ZoneState zone) {
        return Optional.ofNullable(byUrl.get(tier + " " + url))
                .filter(kept -> !purged(kept, purgeLag, url, host, zone, clock.instant()))
                .map(Kept::answer);
    }

    /** Keeps an answer in a tier if it may be kept; tells whether it did. */
    synchronized boolean keep(int tier, String url, Reply.Answer answer) {
        var fresh = fresh(answer);
        if (answer.status() != 200
                || fresh.isZero()
                || answer.headers().containsKey("set-cookie")) {
            return false;
        }
        byUrl.put(tier + " " + url, new Kept(answer, clock.instant(), fresh));
        if (byUrl.size() > MOST) {
            byUrl.remove(byUrl.keySet().iterator().next());
        }
        return true;
    }

    private static boolean purged(
            Kept kept, Duration lag, String url, String host, ZoneState zone, Instant now) {
        for (var purge : zone.purges().reversed()) {
            var doneAt = purge.acceptedAt().plus(lag);
            if (!doneAt.isAfter(kept.at())) {
                return false;
            }
            if (!now.isBefore(doneAt) && names(purge, url, host)) {
                return true;
            }
        }
        return false;
    }

    /** A purge by address may name the port or leave it out. */
    private static boolean names(ZoneState.Purge purge, String url, String host) {
        if (purge.everything() || purge.hosts().contains(host)) {
            return true;
        }
        return purge.files().stream()
                .map(file -> file.replaceFirst("^https?://", ""))
                .map(file -> file.replaceFirst("^([^/:]+):\\d+", "$1"))
                .anyMatch(url::equals);
    }

    private static Duration fresh(Reply.Answer answer) {
        var said =
                String.join(",", answer.headers().getOrDefault("cache-control", List.of()))
                        .toLowerCase(Locale.ROOT);
        if (said.contains("no-store") || said.contains("no-cache") || said.contains("private")) {
            return Duration.ZERO;
        }
        var seconds = 0L;
        var matcher = MAX_AGE.matcher(said);
        while (matcher.find()) {
            if (matcher.group(1).equals("s-maxage")) {
                return Duration.ofSeconds(Long.parseLong(matcher.group(2)));
            }
            seconds = Long.parseLong(matcher.group(2));
        }
        return Duration.ofSeconds(seconds);
    }
}
