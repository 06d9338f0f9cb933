package dev.cutover.wiring;

import dev.cutover.cli.GivenUpException;
import dev.cutover.cli.Prober;
import dev.cutover.core.dns.Address;
import dev.cutover.core.dns.SetKey;
import dev.cutover.net.Trust;
import dev.cutover.probe.ListedResolver;
import dev.cutover.probe.NameProbe;
import dev.cutover.probe.ProbeEngine;
import dev.cutover.probe.ProbeLimits;
import dev.cutover.probe.Resolver;
import dev.cutover.probe.ResolverList;
import dev.cutover.probe.TypedResolvers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Gives `cutover probe` a probe engine, without platform, controller or database. */
final class ProbeFromShell implements Prober {
    private static final int WRONG_USE = 2;
    private static final int UNREACHABLE = 3;
    private static final int MOST_RESOLVERS = 1_000;

    private final ProbeEngine engine;
    private final InstantSource clock;
    private final NameProbe probe;
    private final List<String> ids;
    private final int leftOut;
    private final Duration timeout;

    private ProbeFromShell(
            ProbeEngine engine,
            InstantSource clock,
            NameProbe probe,
            List<String> ids,
            int leftOut,
            Duration timeout) {
        this.engine = engine;
        this.clock = clock;
        this.probe = probe;
        this.ids = ids;
        this.leftOut = leftOut;
        this.timeout = timeout;
    }

    static Prober open(Wish wish, InstantSource clock) {
        try {
            Map<String, Resolver> resolvers = new LinkedHashMap<>();
            int leftOut = 0;
            List<ListedResolver> listed = listed(wish);
            for (ListedResolver entry : listed) {
                Optional<Resolver> found = entry.by(wish.transport());
                found.ifPresent(r -> resolvers.putIfAbsent(r.id(), r));
                leftOut += found.isPresent() ? 0 : 1;
            }
            TypedResolvers.Way way =
                    new TypedResolvers.Way(
                            wish.transport(),
                            wish.serverName(),
                            Set.copyOf(wish.pins()),
                            wish.path());
            TypedResolvers.read(wish.resolvers(), way)
                    .forEach(r -> resolvers.putIfAbsent(r.id(), r));
            if (resolvers.isEmpty() || resolvers.size() > MOST_RESOLVERS) {
                throw wrong(
                        "expected 1 to "
                                + MOST_RESOLVERS
                                + " resolvers to ask by "
                                + wish.transport()
                                + ", seen "
                                + resolvers.size());
            }
            ProbeLimits limits =
                    ProbeLimits.DEFAULT.withOwnRates(
                            ResolverList.rates(
                                    listed, ProbeLimits.DEFAULT.queriesPerSecondPerResolver()));
            return started(wish, clock, limits, resolvers, leftOut);
        } catch (IllegalArgumentException | ResolverList.InvalidException e) {
            throw wrong(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new GivenUpException(UNREACHABLE, List.of(String.valueOf(e)));
        }
    }

    private static Prober started(
            Wish wish,
            InstantSource clock,
            ProbeLimits limits,
            Map<String, Resolver> resolvers,
            int leftOut)
            throws IOException {
        ProbeEngine engine =
                wish.trust().isPresent()
                        ? new ProbeEngine(limits, Trust.withExtra(wish.trust()))
                        : new ProbeEngine(limits);
        try {
            NameProbe probe =
                    new NameProbe(engine, resolvers, wish.name(), wish.type(), wish.regions());
            return new ProbeFromShell(
                    engine, clock, probe, List.copyOf(resolvers.keySet()), leftOut, wish.timeout());
        } catch (IllegalArgumentException e) {
            engine.close();
            throw e;
        }
    }

    private static GivenUpException wrong(String why) {
        return new GivenUpException(WRONG_USE, why.lines().toList());
    }

    private static List<ListedResolver> listed(Wish wish) throws ResolverList.InvalidException {
        if (wish.lists().isEmpty() && wish.resolvers().isEmpty()) {
            return ResolverList.shipped();
        }
        List<ListedResolver> all = new ArrayList<>();
        for (Path list : wish.lists()) {
            try {
                all.addAll(ResolverList.entries(list));
            } catch (IOException e) {
                throw new IllegalArgumentException(list + ": cannot be read (" + e + ")", e);
            }
        }
        return all;
    }

    @Override
    public List<String> ids() {
        return ids;
    }

    @Override
    public int leftOut() {
        return leftOut;
    }

    @Override
    public SetKey set() {
        return probe.set();
    }

    @Override
    public String normal(String content) {
        return Address.normalContent(probe.set().type(), content);
    }

    @Override
    public Look ask(Set<String> whom) throws InterruptedException {
        Instant askedAt = clock.instant();
        NameProbe.Look look = probe.ask(whom, timeout);
        return new Look(
                askedAt,
                clock.instant(),
                look.heard().stream()
                        .map(h -> new Seen(NameProbe.shown(h.resolver()), h.answer(), h.detail()))
                        .toList(),
                look.ownFaults());
    }

    @Override
    public void rest(Duration howLong) throws InterruptedException {
        Thread.sleep(howLong);
    }

    @Override
    public void close() {
        engine.close();
    }
}
