package dev.cutover.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cutover.core.timeline.Between;
import dev.cutover.core.timeline.Forecast;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Who still sees the old side, and until when.
///
/// @param at when it was made
/// @param text the same in a sentence
/// @param ceilingAt when no cache that keeps to TTLs can hold an old answer; null while an
/// authority
///     may still give one
/// @param share of caches that show the next side, by weight, 0 to 1
/// @param quorum the share that is wanted
/// @param goneAt when the last old answer is gone; null when none can be left
/// @param quorumAt when the wanted share is reached; null when that cannot be told
/// @param curve the share to come, oldest first
/// @param verdicts how many caches gave which answer last: `new`, `old`, `mixed`, `other`,
///     `negative`, `refused`, `failed`, `timed out`, `serving stale` or `TTL clamped`
/// @param regions how far it is for the clients of each of the plan's regions that anybody answers
/// for
/// @param late caches that keep answers longer than TTLs allow
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ForecastView(
        Instant at,
        String text,
        @Nullable Instant ceilingAt,
        double share,
        double quorum,
        @Nullable Range goneAt,
        @Nullable Range quorumAt,
        List<Forecast.Point> curve,
        Map<String, Integer> verdicts,
        List<Forecast.RegionShare> regions,
        List<Late> late,
        AbortCost abort) {

    /// When something happens.
    ///
    /// @param latest null when nothing bounds it
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Range(Instant earliest, @Nullable Instant latest) {
        static @Nullable Range of(Optional<Between> when) {
            return when.map(w -> new Range(w.earliest(), w.latest().orElse(null))).orElse(null);
        }
    }

    /// A cache that visitors wait for.
    ///
    /// @param habit `RAISES`, `SERVES_STALE` or `IGNORES`
    /// @param text the habit in words
    /// @param oldUntil null when it shows the next side already
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Late(String cache, String habit, String text, @Nullable Range oldUntil) {
        static Late of(Forecast.Late late) {
            return new Late(
                    late.cache(), late.habit().name(), late.text(), Range.of(late.oldUntil()));
        }
    }

    /// How long caches would go on leading to the next side, were it called off now.
    ///
    /// @param onNext the share of caches that hold the next side's answer now, 0 to 1
    /// @param halfSeconds after this long half of those have let go
    /// @param longestSeconds after this long all that keep to TTLs have
    /// @param minutes the same, begun minutes counted
    public record AbortCost(double onNext, long halfSeconds, long longestSeconds, long minutes) {}

    /// What the caches answered last, such as `40 new, 5 old`; empty for none.
    public String answers() {
        return verdicts.entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", "));
    }

    /// How far it is by region, such as `DE 67 %`; empty for none.
    public String byRegion() {
        return regions.stream()
                .map(r -> r.region() + " " + Math.round(100 * r.share()) + " %")
                .collect(Collectors.joining(", "));
    }

    static ForecastView of(Forecast f) {
        Map<String, Integer> verdicts = new LinkedHashMap<>();
        f.verdicts().forEach((verdict, n) -> verdicts.put(verdict.text(), n));
        return new ForecastView(
                f.at(),
                f.text(),
                f.ceilingAt().orElse(null),
                f.share(),
                f.quorum(),
                Range.of(f.goneAt()),
                Range.of(f.quorumAt()),
                f.curve(),
                verdicts,
                f.regions(),
                f.late().stream().map(Late::of).toList(),
                new AbortCost(
                        f.abort().onNext(),
                        f.abort().half().toSeconds(),
                        f.abort().longest().toSeconds(),
                        f.abort().minutes()));
    }
}
