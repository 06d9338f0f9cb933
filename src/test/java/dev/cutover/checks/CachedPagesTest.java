package dev.cutover.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.evidence.CachedPage;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.lab.site.SiteContent;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.LabWorld.Side;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.SiteChecks.Via;
import dev.cutover.probe.ProbeLimits;
import dev.cutover.run.LabClients;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages with their caches in play, through the lab's edge and its resolvers. */
class CachedPagesTest {
    private static final DnsName SHOP = new DnsName("shop." + LabWorld.ZONE);
    private static final String NOBODY = "127.77.10.77";
    private static final String PAGE = SiteContent.landingPages().getFirst();
    private static final String WARM = SiteContent.landingPages().get(1);
    private static final String OTHER = SiteContent.landingPages().getLast();

    private LabClients clients;
    private LabClock clock;
    private LabWorld lab;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        clients = new LabClients(folder, ZonePlan.PRO, ProbeLimits.DEFAULT);
        clock = clients.clock;
        lab = clients.lab;
        // The very first look takes seconds on a slow machine, more than one page may.
        CachedPage first = look(WARM, Side.CURRENT);
        for (int again = 0; again < 10 && !first.answered(); again++) {
            first = look(WARM, Side.CURRENT);
        }
        assertThat(first.answered()).as(first.failure()).isTrue();
    }

    @AfterEach
    void stop() {
        clients.close();
    }

    @Test
    void the_first_look_comes_from_the_origin_and_the_next_from_the_cache_with_its_age() {
        CachedPage first = look(PAGE, Side.CURRENT);
        assertThat(first.cacheStatus()).isEqualTo("MISS");
        assertThat(first.isFromCache()).isFalse();
        assertThat(first.isKept()).isTrue();
        assertThat(first.isOfWantedSide()).isTrue();
        assertThat(first.sameBody()).isTrue();

        clock.jump(Duration.ofSeconds(7));
        CachedPage second = look(PAGE, Side.CURRENT);
        assertThat(second.cacheStatus()).isEqualTo("HIT");
        assertThat(second.age().orElseThrow()).isGreaterThanOrEqualTo(Duration.ofSeconds(7));
        assertThat(second.isMadeAfter(clock.instant().minusSeconds(3))).isFalse();
        assertThat(second.isMadeAfter(clock.instant().minusSeconds(60))).isTrue();
    }

    @Test
    void a_cached_page_of_the_other_side_is_told_by_its_marker_until_it_was_purged() {
        assertThat(look(PAGE, Side.CURRENT).marker()).isEqualTo("current");
        CachedPage kept = look(PAGE, Side.NEXT);
        assertThat(kept.isFromCache()).isTrue();
        assertThat(kept.wantedMarker()).isEqualTo("next");
        assertThat(kept.isOfWantedSide()).isFalse();

        Instant purgedAt = clock.instant();
        lab.zone().purge(false, List.of(), List.of(SHOP.value()));
        clock.jump(Duration.ofSeconds(5));
        CachedPage anew = look(PAGE, Side.CURRENT);
        assertThat(anew.cacheStatus()).isEqualTo("MISS");
        assertThat(anew.isMadeAfter(purgedAt)).isTrue();
    }

    @Test
    void what_a_cache_must_not_keep_is_seen_not_to_be_kept() {
        List<CachedPage> seen = looks(List.of("/admin/", PAGE), Optional.empty());
        assertThat(seen.getFirst().isKept()).as("%s", seen.getFirst()).isFalse();
        assertThat(seen.getLast().isKept()).isTrue();
        assertThat(seen).allMatch(CachedPage::answered).extracting(CachedPage::url).hasSize(2);
    }

    @Test
    void a_dead_side_behind_a_full_cache_is_a_failure_of_the_look_and_no_old_page() {
        CachedPage filled = look(PAGE, Side.CURRENT);
        assertThat(filled.answered()).as(filled.failure()).isTrue();

        CachedPage seen = look(PAGE, NOBODY);
        assertThat(seen.answered()).isFalse();
        assertThat(seen.failure()).startsWith("at the side itself: ");
        assertThat(look(OTHER, Side.CURRENT).answered()).as("others go on").isTrue();
    }

    private CachedPage look(String path, Side wanted) {
        return look(path, wanted.address());
    }

    private CachedPage look(String path, String wanted) {
        return looks(List.of(path), Optional.of(new Via.Pinned(Map.of(SHOP, wanted)))).getFirst();
    }

    private List<CachedPage> looks(List<String> paths, Optional<Via> wanted) {
        return clients.checks.cached(
                SHOP,
                lab.site().getPort(),
                paths,
                wanted,
                Call.reading("", "purged-pages", Deadline.in(Duration.ofMinutes(2))));
    }
}
