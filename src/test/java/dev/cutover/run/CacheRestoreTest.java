package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.checks.HttpSiteChecks;
import dev.cutover.cloudflare.CloudflareEdge;
import dev.cutover.cloudflare.CloudflareZone;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.evidence.CachedPage;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.CachePurge;
import dev.cutover.core.plan.Plan.Site;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.core.plan.SetChange;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.cloudflare.CloudflareAccount.Permission;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.lab.site.SiteContent;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.LabWorld.Side;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.probe.ProbeLimits;
import dev.cutover.run.CacheRestore.Forgotten;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shop behind the lab's edge, switched, cached, and brought back with nothing but its before-image. */
class CacheRestoreTest {
    private static final DnsName SHOP = new DnsName("shop." + LabWorld.ZONE);
    private static final ZoneRef REF =
            new ZoneRef("cloudflare", new DnsName(LabWorld.ZONE), "${env:LAB_TOKEN}");
    private static final String OTHER = SiteContent.landingPages().getLast();
    private static final List<String> PAGES = List.of("/", "/pages/oak-tables.html");

    private LabClients clients;
    private LabClock clock;
    private LabWorld lab;
    private CloudflareZone zone;
    private CloudflareEdge edge;
    private HttpSiteChecks checks;
    private SetChange change;

    @BeforeEach
    void the_shop_has_been_switched_and_the_edge_has_kept_pages_of_the_next_side(
            @TempDir Path folder) throws Exception {
        clients = new LabClients(folder, ZonePlan.PRO, ProbeLimits.DEFAULT);
        clock = clients.clock;
        lab = clients.lab;
        checks = clients.checks;
        zone = new CloudflareZone(clients.api);
        edge = new CloudflareEdge(clients.api);
        List<DnsRecord> before = zone.read(REF, call()).set(new SetKey(SHOP, RecordType.A));
        List<DnsRecord> next =
                before.stream().map(r -> r.withContent(Side.NEXT.address())).toList();
        change = new SetChange(SHOP, RecordType.A, before, before, next, before, 1);
        var unused =
                new ZoneEffect(zone, REF, List.of(change))
                        .advance(SetChange::before, SetChange::next, Instant.EPOCH, call());
        // Looked at before the edge follows, it would keep the side before for minutes.
        clock.jump(Duration.ofSeconds(90));
        untilCached("next");
    }

    @AfterEach
    void stop() {
        clients.close();
    }

    @Test
    void pages_of_the_side_that_was_left_go_and_that_is_seen() throws Exception {
        BeforeImage image = image(Optional.of(purge(new PurgePortion.Hosts(List.of(SHOP)))));
        Restore.Restored restored = new Restore(zone, edge).restore(image);
        assertThat(restored.written()).isEqualTo(1);
        assertThat(cached())
                .as("the record is back, the cache is not")
                .allSatisfy(p -> assertThat(p.marker()).isEqualTo("next"));

        Forgotten forgotten = new CacheRestore(edge, Optional.of(checks), clock).forget(image);

        assertThat(forgotten)
                .isEqualTo(
                        new Forgotten.Proven(
                                "every cached page of 1 name",
                                "2 addresses are made since this side was seen to serve"));
        assertThat(cached()).allSatisfy(p -> assertThat(p.marker()).isEqualTo("current"));
    }

    @Test
    void pages_go_portion_by_portion_and_others_stay() throws Exception {
        List<PurgePortion> portions =
                PAGES.stream()
                        .<PurgePortion>map(p -> new PurgePortion.Pages(List.of(site().url() + p)))
                        .toList();
        BeforeImage image =
                image(Optional.of(new CachePurge(portions, Duration.ZERO, site(), PAGES)));
        List<CachedPage> other = look(List.of(OTHER));
        assertThat(other.getFirst().marker()).isEqualTo("next");
        new Restore(zone, edge).restore(image);

        assertThat(new CacheRestore(edge, Optional.of(checks), clock).forget(image))
                .isInstanceOfSatisfying(
                        Forgotten.Proven.class,
                        p -> assertThat(p.what()).isEqualTo("2 cached pages in 2 portions"));
        assertThat(lab.zone().purges()).hasSize(2);
        assertThat(look(List.of(OTHER)).getFirst().marker()).isEqualTo("next");
    }

    @Test
    void without_the_permission_the_records_are_back_all_the_same_and_it_is_told() {
        lab.tokenMayOnly(EnumSet.complementOf(EnumSet.of(Permission.CACHE_PURGE)));
        BeforeImage image = image(Optional.of(purge(new PurgePortion.Everything())));

        assertThat(new Restore(zone, edge).restore(image).routedElsewhere()).isEmpty();
        Forgotten forgotten = new CacheRestore(edge, Optional.of(checks), clock).forget(image);

        assertThat(forgotten)
                .isInstanceOfSatisfying(
                        Forgotten.Refused.class,
                        r -> {
                            assertThat(r.what()).isEqualTo("everything in the zone's cache");
                            assertThat(r.why()).startsWith("portion 1 of 1 was not accepted: ");
                            assertThat(r.why()).contains("403");
                        });
        assertThat(lab.zone().purges()).isEmpty();
    }

    @Test
    void what_nobody_can_look_at_is_purged_and_not_called_proven() {
        BeforeImage old = image(Optional.empty());

        Forgotten forgotten = new CacheRestore(edge, Optional.empty(), clock).forget(old);

        assertThat(forgotten)
                .isInstanceOfSatisfying(
                        Forgotten.Unproven.class,
                        u -> {
                            assertThat(u.what()).isEqualTo("every cached page of 1 name");
                            assertThat(u.why()).startsWith("no resolver is known here");
                        });
        assertThat(lab.zone().purges())
                .singleElement()
                .satisfies(p -> assertThat(p.hosts()).containsExactly(SHOP.value()));
    }

    @Test
    void a_plan_that_purges_nothing_stays_so() {
        BeforeImage image =
                image(Optional.of(new CachePurge(List.of(), Duration.ZERO, site(), PAGES)));
        assertThat(new CacheRestore(edge, Optional.of(checks), clock).forget(image))
                .isEqualTo(new Forgotten.Nothing());
        assertThat(lab.zone().purges()).isEmpty();
    }

    private BeforeImage image(Optional<CachePurge> purge) {
        return new BeforeImage(
                "shop-1",
                REF.provider(),
                REF.name(),
                Optional.empty(),
                REF.token(),
                clock.instant(),
                List.of(change),
                List.of(),
                purge);
    }

    private CachePurge purge(PurgePortion portion) {
        return new CachePurge(List.of(portion), Duration.ZERO, site(), PAGES);
    }

    private Site site() {
        return new Site(SHOP, lab.site().getPort());
    }

    private List<CachedPage> cached() {
        return look(PAGES);
    }

    private List<CachedPage> look(List<String> paths) {
        return checks.cached(SHOP, lab.site().getPort(), paths, Optional.empty(), call());
    }

    /** Until the edge hands out pages of that side from its cache. */
    private void untilCached(String side) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!cached().stream().allMatch(p -> p.marker().equals(side) && p.isFromCache())) {
            assertThat(System.nanoTime() - until).as("%s", cached()).isNegative();
            Thread.sleep(50);
        }
    }

    private static Call call() {
        return Call.reading("shop-1", "switch-1", Deadline.in(Duration.ofSeconds(20)));
    }
}
