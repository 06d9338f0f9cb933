package dev.cutover.run;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.CacheGates;
import dev.cutover.core.gate.Gates;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.CachePurge;
import dev.cutover.core.plan.Plan.Site;
import dev.cutover.core.plan.Side;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.Edge;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import dev.cutover.port.SiteChecks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the edge forget the pages of the side that was left, once {@link Restore} has brought records and
 * parts back, and looks whether it did. Whatever goes wrong here is told and undoes nothing.
 *
 * <pre>
 *   the edge itself asks the right side again
 *   portion 1, pause, portion 2, ... accepted -> looked at -> made since the switch, by the right side: proven
 *                                                          -> an old page: again, three rounds at most
 * </pre>
 */
public final class CacheRestore {
    private static final int ROUNDS = 3;

    /** One purge names no more. Source: Cloudflare purge_cache, 2026. */
    private static final int MOST_NAMED = 100;

    /** The wait before an old page is a finding; each further round waits that much longer. */
    private static final Duration TAKES_EFFECT = Duration.ofSeconds(5);

    /** How long the edge may take to follow a record before it is purged all the same. */
    private static final Duration LEARNS = Duration.ofSeconds(30);

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration ONE_LOOK = Duration.ofSeconds(15);
    private static final Duration ONE_PURGE = Duration.ofSeconds(10);

    /** A purge that came too early is asked for so often; the waits between grow from a second. */
    private static final int TRIES = 5;

    private final Edge edge;
    private final Optional<SiteChecks> checks;
    private final InstantSource clock;

    /** @param checks empty when no resolver can be asked, so that nothing can be looked at */
    public CacheRestore(Edge edge, Optional<SiteChecks> checks, InstantSource clock) {
        this.edge = edge;
        this.checks = checks;
        this.clock = clock;
    }

    /** What came of it. */
    public sealed interface Forgotten {
        /** The plan purges nothing, or no planned name is behind the edge. */
        record Nothing() implements Forgotten {}

        /**
         * The edge hands out pages made since, by the side that serves now.
         *
         * @param what was purged, for people
         * @param looked what was looked at
         */
        record Proven(String what, String looked) implements Forgotten {}

        /**
         * Accepted by the provider, and not seen to have taken effect.
         *
         * @param why such as an old page with its header, or that nobody could look
         */
        record Unproven(String what, String why) implements Forgotten {}

        /**
         * Not all of it was accepted: pages of the other side may stay.
         *
         * @param why in the provider's words
         */
        record Refused(String what, String why) implements Forgotten {}
    }

    /** What is purged for that image, in order, without purging it. */
    public static List<PurgePortion> portions(BeforeImage image) {
        List<DnsName> names = image.proxiedNames();
        if (image.purge().isPresent()) {
            return names.isEmpty() ? List.of() : image.purge().get().portions();
        }
        List<PurgePortion> portions = new ArrayList<>();
        for (int from = 0; from < names.size(); from += MOST_NAMED) {
            portions.add(
                    new PurgePortion.Hosts(
                            names.subList(from, Math.min(from + MOST_NAMED, names.size()))));
        }
        return portions;
    }

    /** What these portions name, for people. */
    public static String words(List<PurgePortion> portions) {
        int hosts = 0;
        int pages = 0;
        for (PurgePortion portion : portions) {
            switch (portion) {
                case PurgePortion.Everything all -> {
                    return "everything in the zone's cache";
                }
                case PurgePortion.Hosts h -> hosts += h.names().size();
                case PurgePortion.Pages p -> pages += p.urls().size();
            }
        }
        return (hosts > 0
                        ? "every cached page of " + hosts + (hosts == 1 ? " name" : " names")
                        : pages + (pages == 1 ? " cached page" : " cached pages"))
                + (portions.size() > 1 ? " in " + portions.size() + " portions" : "");
    }

    /** Purges and looks. Safe to repeat; throws nothing for what the provider or the site answers. */
    public Forgotten forget(BeforeImage image) {
        List<PurgePortion> portions = portions(image);
        if (portions.isEmpty()) {
            return new Forgotten.Nothing();
        }
        String what = words(portions);
        try {
            untilServed(image);
            Instant servedSince = clock.instant();
            for (int round = 1; ; round++) {
                Optional<String> refused = purge(image, portions);
                if (refused.isPresent()) {
                    return new Forgotten.Refused(what, refused.get());
                }
                Judged judged = looked(image, round, servedSince);
                if (judged.verdict() == Verdict.PASS) {
                    return new Forgotten.Proven(what, judged.summary());
                }
                if (judged.verdict() != Verdict.FAIL || round == ROUNDS) {
                    return new Forgotten.Unproven(
                            what,
                            judged.summary()
                                    + (round == 1
                                            ? ""
                                            : ", after " + round + " rounds of purging"));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Forgotten.Unproven(what, "interrupted");
        }
    }

    /** A purge before the edge has learnt of the records would let it fetch the wrong side's pages again. */
    private void untilServed(BeforeImage image) throws InterruptedException {
        Deadline patience = Deadline.in(LEARNS);
        while (checks.isPresent() && !patience.passed()) {
            try {
                boolean right =
                        checks
                                .get()
                                .served(
                                        image.proxiedNames(),
                                        site(image).port(),
                                        before(image),
                                        call("served", ONE_LOOK))
                                .stream()
                                .allMatch(s -> s.onNext() || s.nextMarker().isEmpty());
                if (right) {
                    return;
                }
            } catch (PortException e) {
                // Who cannot look purges at once; the look afterwards tells why it cannot.
                return;
            }
            pauseFor(BETWEEN_LOOKS);
        }
    }

    /** Asks for every portion; why one was not accepted. */
    private Optional<String> purge(BeforeImage image, List<PurgePortion> portions)
            throws InterruptedException {
        Duration pause = image.purge().map(CachePurge::pause).orElse(Duration.ZERO);
        for (int i = 0; i < portions.size(); i++) {
            if (i > 0) {
                pauseFor(pause);
            }
            Optional<String> refused = accepted(image, portions.get(i));
            if (refused.isPresent()) {
                return Optional.of(
                        "portion "
                                + (i + 1)
                                + " of "
                                + portions.size()
                                + " was not accepted: "
                                + refused.get());
            }
        }
        return Optional.empty();
    }

    private Optional<String> accepted(BeforeImage image, PurgePortion portion)
            throws InterruptedException {
        for (int tried = 1; ; tried++) {
            try {
                edge.purge(image.zoneRef(), portion, call("purge", ONE_PURGE));
                return Optional.empty();
            } catch (PortException e) {
                // Valid calls meet a 403 now and then; more than two in a row are meant.
                boolean meant = e.category() == Category.DENIED && tried > 1;
                if (e.category() == Category.PERMANENT || meant || tried == TRIES) {
                    return Optional.of(String.valueOf(e.getMessage()));
                }
                pauseFor(Duration.ofSeconds(1L << (tried - 1)));
            }
        }
    }

    /** Looks until the purge is seen to have taken effect, or has had its time. */
    private Judged looked(BeforeImage image, int round, Instant servedSince)
            throws InterruptedException {
        Instant purgedAt = clock.instant();
        Deadline patience = Deadline.in(TAKES_EFFECT.multipliedBy(round));
        while (true) {
            pauseFor(BETWEEN_LOOKS);
            Evidence seen = look(image);
            Judged judged =
                    new CacheGates(
                                    new Gates(
                                            Map.of(EvidenceKey.PURGED_PAGES, seen),
                                            seen.observedAt(),
                                            ONE_LOOK))
                            .purged(servedSince, purgedAt);
            boolean blind = judged.verdict() == Verdict.BLIND;
            if (judged.verdict() == Verdict.PASS || blind || patience.passed()) {
                return judged;
            }
        }
    }

    private Evidence look(BeforeImage image) {
        if (checks.isEmpty()) {
            return blind("no resolver is known here that could be asked where the edge is");
        }
        try {
            return CacheLooks.purged(
                    checks.get(),
                    clock.instant(),
                    image.proxiedNames(),
                    site(image),
                    image.purge().map(CachePurge::pages).orElse(List.of("/")),
                    before(image),
                    call("purged-pages", ONE_LOOK));
        } catch (PortException e) {
            return blind(String.valueOf(e.getMessage()));
        }
    }

    private static Site site(BeforeImage image) {
        return image.purge()
                .map(CachePurge::site)
                .orElseGet(() -> new Site(image.proxiedNames().getFirst(), 443));
    }

    /** Where visitors were, and are again. */
    private static SiteChecks.Via before(BeforeImage image) {
        return Pins.of(image.changes(), image.edge(), List.of(), Side.CURRENT);
    }

    private Evidence blind(String why) {
        return new Evidence.NoEvidence(EvidenceKey.PURGED_PAGES, why, clock.instant());
    }

    private static Call call(String purpose, Duration most) {
        return Call.reading("", purpose, Deadline.in(most));
    }

    private static void pauseFor(Duration span) throws InterruptedException {
        Thread.sleep(span);
    }
}
