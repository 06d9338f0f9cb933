package dev.cutover.run;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.evidence.CachedPage;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Plan.Site;
import dev.cutover.core.plan.Side;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import dev.cutover.port.SiteChecks;
import dev.cutover.port.SiteChecks.Via;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Looks at the edge with its cache in play, for every planned name whose visitors reach it. */
final class CacheLooks {
    /** So many pages of a name are looked at; all of them were purged alike. */
    private static final int PAGES = 10;

    private static final int AT_ONCE = 4;

    private final World world;
    private final InstantSource clock;

    CacheLooks(World world, InstantSource clock) {
        this.world = world;
        this.clock = clock;
    }

    /** Some pages as the edge hands them out, beside the side that serves by now. */
    Evidence purged(Cutover c, Call call) {
        return purged(
                world.checks(),
                clock.instant(),
                c.proxiedNames(),
                c.plan().site(),
                few(c.plan().checks().landingPages()),
                Pins.of(c, c.phase().isWayBack() ? Side.FALLBACK : Side.NEXT),
                call);
    }

    /**
     * Some pages as the edge hands them out, beside the side that should serve them.
     *
     * @param paths of the site; other names than its own have no landing pages, but all have a first one
     */
    static Evidence purged(
            SiteChecks checks,
            Instant now,
            List<DnsName> names,
            Site site,
            List<String> paths,
            Via side,
            Call call) {
        List<CachedPage> pages =
                each(
                        names,
                        name -> {
                            List<String> asked = name.equals(site.host()) ? paths : List.of("/");
                            return checks.cached(name, site.port(), asked, Optional.of(side), call);
                        });
        return new Evidence.Cached(EvidenceKey.PURGED_PAGES, pages, now);
    }

    /** What no cache may keep, on every such name. */
    Evidence bypassed(Cutover c, Call call) {
        Instant startedAt = clock.instant();
        Plan plan = c.plan();
        List<CachedPage> pages =
                each(
                        c.proxiedNames(),
                        name ->
                                world.checks()
                                        .cached(
                                                name,
                                                plan.site().port(),
                                                plan.edge().bypassCache(),
                                                Optional.empty(),
                                                call));
        return new Evidence.Cached(EvidenceKey.BYPASSED_PAGES, pages, startedAt);
    }

    /** A few names at a time: one after another, a hundred would be looked at too late to prove anything. */
    private static List<CachedPage> each(
            List<DnsName> names, Function<DnsName, List<CachedPage>> look) {
        try (ExecutorService few =
                Executors.newFixedThreadPool(
                        AT_ONCE, Thread.ofVirtual().name("cache-look-", 0).factory())) {
            List<Future<List<CachedPage>>> running =
                    names.stream().map(name -> few.submit(() -> look.apply(name))).toList();
            List<CachedPage> pages = new ArrayList<>();
            for (Future<List<CachedPage>> one : running) {
                pages.addAll(one.get());
            }
            return pages;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PortException.passing("interrupted while looking at caches");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException mistake
                    ? mistake
                    : new IllegalStateException(e.getCause());
        }
    }

    /** A few of many, spread evenly, with the first and the last. */
    static List<String> few(List<String> all) {
        int few = Math.min(PAGES, all.size());
        return IntStream.range(0, few)
                .mapToObj(i -> all.get(few == 1 ? 0 : i * (all.size() - 1) / (few - 1)))
                .toList();
    }
}
