package dev.cutover.checks;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.evidence.CachedPage;
import dev.cutover.core.evidence.Evidence.PageResult;
import dev.cutover.core.evidence.Evidence.ServedName;
import dev.cutover.core.evidence.Evidence.TlsResult;
import dev.cutover.core.plan.Plan.Site;
import dev.cutover.net.Directions;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.Exchange;
import dev.cutover.net.Exchange.Answer;
import dev.cutover.net.Exchange.NoAnswer;
import dev.cutover.net.Exchange.Stage;
import dev.cutover.net.HttpRequest;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Trust;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import dev.cutover.port.Resolvers;
import dev.cutover.port.SiteChecks;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The checks over HTTPS, eight requests of one look at a time.
 *
 * <p>A page that cannot be had is a finding about that page. What keeps us from asking at all, no
 * resolver answering or an address that may not be contacted, is a {@link PortException}: it says
 * nothing about the site. Safe for concurrent use.
 */
public final class HttpSiteChecks implements SiteChecks {
    private static final int AT_ONCE = 8;

    /** A request's own clock may strike a little before the look's. */
    private static final Duration AT_THE_END = Duration.ofMillis(100);

    private static final String CUT_OFF = "not answered: the time for this look was up";

    // One page that hangs must not take the time of those behind it.
    private static final Duration MOST_PER_PAGE = Duration.ofSeconds(8);

    private final PinnedHttp http;
    private final TlsProbe probe;
    private final Resolvers resolvers;
    private final InstantSource clock;
    private final AtomicLong freshness = new AtomicLong(new SecureRandom().nextLong());

    /** @param clock tells when what caches answered was asked for */
    public HttpSiteChecks(
            PinnedHttp http,
            Trust trust,
            EgressPolicy egress,
            Resolvers resolvers,
            InstantSource clock) {
        this.http = http;
        this.probe = new TlsProbe(trust, egress);
        this.resolvers = resolvers;
        this.clock = clock;
    }

    @Override
    public List<PageResult> pages(
            Site site, List<String> paths, Via via, boolean fresh, Call call) {
        Directions routes = new Routes(via, resolvers, call);
        List<PageResult> all =
                each(paths, path -> page(site, path, routes, fresh, call.deadline()));
        List<PageResult> told = all.stream().filter(r -> !r.problem().equals(CUT_OFF)).toList();
        if (paths.size() <= AT_ONCE || told.size() == all.size() || told.isEmpty()) {
            return all;
        }
        if (told.stream().allMatch(PageResult::ok)) {
            throw PortException.passing(
                    "only "
                            + told.size()
                            + " of "
                            + all.size()
                            + " pages of "
                            + site.host()
                            + " were answered in the time for one look, all of them right");
        }
        return told;
    }

    /** What the end of a long look left out, or cut off before a page had its time, is told apart. */
    private PageResult page(
            Site site, String path, Directions routes, boolean fresh, Deadline deadline) {
        Optional<URI> url = url(site, path);
        if (url.isEmpty()) {
            return new PageResult(path, 0, "", "'" + path + "' is no path of a URL");
        }
        boolean hadItsTime = deadline.left().compareTo(MOST_PER_PAGE) >= 0;
        PageResult result = PageJudge.judge(path, asked(page(url.get(), fresh), routes, deadline));
        boolean cutOff =
                !hadItsTime && result.status() == 0 && deadline.left().compareTo(AT_THE_END) < 0;
        return cutOff ? new PageResult(path, 0, "", CUT_OFF) : result;
    }

    @Override
    public List<TlsResult> tls(List<DnsName> names, int port, Via via, Call call) {
        Directions routes = new Routes(via, resolvers, call);
        return each(
                names,
                name -> probe.probe(name, routes, port, call.deadline().within(MOST_PER_PAGE)));
    }

    /**
     * The paths crawlers may not read, and those they may read but not index: each of these with
     * where it says so, as in {@code /shop (noindex: X-Robots-Tag)}.
     */
    @Override
    public List<String> robotsBlocked(Site site, List<String> paths, Via via, Call call) {
        Directions routes = new Routes(via, resolvers, call);
        URI file = URI.create(site.url() + "/robots.txt");
        RobotsFile robots =
                switch (asked(HttpRequest.get(file), routes, call.deadline())) {
                    case Answer answer -> RobotsFile.of(answer);
                    // Crawlers differ in what they make of a file they cannot have: not judged.
                    case NoAnswer none ->
                            throw new PortException(
                                    none.stage() == Stage.REDIRECT
                                            ? PortException.Category.PERMANENT
                                            : PortException.Category.TRANSIENT,
                                    "robots.txt: " + none.problem());
                };
        return each(paths, path -> forbidden(site, path, robots, routes, call)).stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<String> forbidden(
            Site site, String path, RobotsFile robots, Directions routes, Call call) {
        Optional<URI> url = url(site, path);
        if (url.isEmpty()) {
            return Optional.empty();
        }
        if (robots.blocks(url.get())) {
            return Optional.of(path);
        }
        if (call.deadline().passed()) {
            throw PortException.passing(
                    path
                            + " of "
                            + site.host()
                            + ": not asked whether it may be indexed, the time for this look was up");
        }
        // A page that does not come is a finding of the pages' own check.
        return asked(page(url.get(), true), routes, call.deadline()) instanceof Answer answer
                ? PageJudge.noindex(answer).map(where -> path + " (noindex: " + where + ")")
                : Optional.empty();
    }

    @Override
    public List<ServedName> served(List<DnsName> names, int port, Via next, Call call) {
        Directions visitors = new Routes(new Via.Visitors(), resolvers, call);
        Directions pinned = new Routes(next, resolvers, call);
        return each(
                names,
                name -> {
                    URI url = URI.create(new Site(name, port).url() + "/");
                    Exchange seen = first(page(url, true), visitors, call.deadline());
                    Exchange wanted = first(page(url, true), pinned, call.deadline());
                    List<String> failures = new ArrayList<>();
                    String marker = marker(seen, "as visitors reach it", failures);
                    String nextMarker = marker(wanted, "at the next side", failures);
                    return new ServedName(name, marker, nextMarker, String.join("; ", failures));
                });
    }

    @Override
    public List<CachedPage> cached(
            DnsName host, int port, List<String> paths, Optional<Via> wanted, Call call) {
        Directions visitors = new Routes(new Via.Visitors(), resolvers, call);
        Optional<Routes> pinned = wanted.map(via -> new Routes(via, resolvers, call));
        return each(
                paths,
                path -> {
                    Instant askedAt = clock.instant();
                    Optional<URI> url = url(new Site(host, port), path);
                    if (url.isEmpty()) {
                        String no = "'" + path + "' is no path of a URL";
                        return CacheLook.failed(path, askedAt, 0, no);
                    }
                    // As a visitor asks: with a fresh URL no cache would be met at all.
                    HttpRequest request = page(url.get(), false);
                    Exchange seen = first(request, visitors, call.deadline());
                    Optional<Exchange> own =
                            pinned.map(routes -> first(request, routes, call.deadline()));
                    return CacheLook.of(url.get(), askedAt, seen, own);
                });
    }

    private static String marker(Exchange got, String where, List<String> failures) {
        return switch (got) {
            case Answer answer -> answer.header(PageJudge.MARKER).orElse("");
            case NoAnswer none -> {
                failures.add(where + ": " + none.problem());
                yield "";
            }
        };
    }

    private Exchange asked(HttpRequest request, Directions routes, Deadline deadline) {
        return allowed(http.follow(request, routes, deadline.within(MOST_PER_PAGE)));
    }

    private Exchange first(HttpRequest request, Directions routes, Deadline deadline) {
        return allowed(http.send(request, routes, deadline.within(MOST_PER_PAGE)));
    }

    private static Exchange allowed(Exchange got) {
        if (got instanceof NoAnswer none && none.stage() == Stage.REFUSED) {
            throw PortException.denied(none.problem());
        }
        return got;
    }

    private HttpRequest page(URI url, boolean fresh) {
        HttpRequest request =
                HttpRequest.get(url).with("Accept", "text/html,application/xhtml+xml,*/*;q=0.5");
        if (!fresh) {
            return request;
        }
        // Caches may ignore the header; none has seen this URL before.
        String unseen =
                url
                        + (url.getRawQuery() == null ? "?" : "&")
                        + "cutover-fresh="
                        + Long.toUnsignedString(freshness.incrementAndGet(), 36);
        return HttpRequest.get(URI.create(unseen))
                .with("Accept", request.headers().getOrDefault("Accept", "*/*"))
                .with("Cache-Control", "no-cache");
    }

    private static Optional<URI> url(Site site, String path) {
        try {
            return path.startsWith("/")
                    ? Optional.of(URI.create(site.url() + path))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Does the work for each, a few at a time; results in the order given. */
    private static <T, R> List<R> each(List<T> items, Function<T, R> work) {
        if (items.isEmpty()) {
            return List.of();
        }
        ExecutorService few =
                Executors.newFixedThreadPool(
                        Math.min(AT_ONCE, items.size()),
                        Thread.ofVirtual().name("check-", 0).factory());
        try {
            List<R> results = new ArrayList<>();
            List<Future<R>> running =
                    items.stream().map(item -> few.submit(() -> work.apply(item))).toList();
            for (Future<R> one : running) {
                results.add(one.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PortException.passing(
                    "interrupted while asking for " + items.size() + " pages or names of the site");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException mistake
                    ? mistake
                    : new IllegalStateException(e.getCause());
        } finally {
            List<Runnable> unused = few.shutdownNow();
        }
    }
}
