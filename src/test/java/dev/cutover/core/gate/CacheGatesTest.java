package dev.cutover.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.evidence.CachedPage;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which cached pages are older than the switch. */
class CacheGatesTest {
    private static final Instant SERVED = Instant.parse("2026-12-06T02:00:00Z");

    /** The last portion took a while; looking at many names does too. */
    private static final Instant PURGED = SERVED.plusSeconds(5);

    private static final Instant LOOKED = SERVED.plusSeconds(6);

    @Test
    void a_busy_page_is_made_anew_before_the_last_portion_is_purged() {
        assertThat(purged(kept(SERVED.plusSeconds(6), 4))).isEqualTo(Verdict.PASS);
    }

    @Test
    void an_age_counts_from_when_its_page_was_asked_for_not_from_when_the_look_began() {
        assertThat(purged(kept(SERVED.plusSeconds(20), 19))).isEqualTo(Verdict.PASS);
        assertThat(purged(kept(SERVED.plusSeconds(20), 21))).isEqualTo(Verdict.FAIL);
    }

    @Test
    void a_page_from_before_the_switch_is_old_although_the_right_side_made_it() {
        assertThat(purged(kept(SERVED.plusSeconds(6), 7))).isEqualTo(Verdict.FAIL);
    }

    @Test
    void what_was_looked_at_before_the_last_purge_had_ended_says_nothing() {
        Judged judged = gates(kept(LOOKED, 0)).purged(SERVED, LOOKED);
        assertThat(judged.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }

    private static Verdict purged(CachedPage page) {
        return gates(page).purged(SERVED, PURGED).verdict();
    }

    private static CacheGates gates(CachedPage page) {
        Evidence seen = new Evidence.Cached(EvidenceKey.PURGED_PAGES, List.of(page), LOOKED);
        return new CacheGates(
                new Gates(
                        Map.of(EvidenceKey.PURGED_PAGES, seen),
                        LOOKED.plusSeconds(20),
                        Duration.ofMinutes(1)));
    }

    private static CachedPage kept(Instant askedAt, long ageSeconds) {
        return new CachedPage(
                "https://shop.acme.example/",
                askedAt,
                200,
                "HIT",
                Optional.of(Duration.ofSeconds(ageSeconds)),
                "next",
                "next",
                true,
                "");
    }
}
