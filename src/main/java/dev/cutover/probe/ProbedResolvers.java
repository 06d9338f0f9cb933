package dev.cutover.probe;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.Region;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.AliasTarget;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.IssuerRule;
import dev.cutover.core.evidence.Security;
import dev.cutover.core.evidence.SignedSet;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import dev.cutover.port.Resolvers;
import dev.cutover.probe.Answer.Answered;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.xbill.DNS.Type;

/// What the world resolves, asked by probes.
///
/// Concurrent; never repeats a question, except once for the answers missing from a round that our
/// own machine spoilt. Spoilt twice, it tells nothing rather than something wrong.
public final class ProbedResolvers implements Resolvers {

    private static final Duration LEAST_TIMEOUT = Duration.ofMillis(2);

    private final ProbeEngine engine;
    private final List<Resolver> resolvers;
    private final ServerFinder finder;
    private final Duration timeout;
    private final Validation validation;

    /// @param resolvers the recursive resolvers, in the operator's order; at least one
    /// @param authorityPort where authoritative servers listen: 53 in the world
    /// @param timeout for each question, 1 ms to 1 min
    /// @param clock what answers age by
    public ProbedResolvers(
            ProbeEngine engine,
            List<Resolver> resolvers,
            int authorityPort,
            Duration timeout,
            InstantSource clock) {
        this(engine, resolvers, authorityPort, timeout, clock, Validation.ROOT);
    }

    /// @param anchors DS or DNSKEY records that the root is believed by, one a line
    ProbedResolvers(
            ProbeEngine engine,
            List<Resolver> resolvers,
            int authorityPort,
            Duration timeout,
            InstantSource clock,
            String anchors) {
        if (resolvers.isEmpty()) {
            throw new IllegalArgumentException("expected at least one resolver, seen none");
        }
        this.engine = engine;
        this.resolvers = List.copyOf(resolvers);
        this.finder = new ServerFinder(this::askSome, this.resolvers, authorityPort, clock);
        this.timeout = timeout;
        this.validation = new Validation(this.resolvers, anchors);
    }

    @Override
    public List<AuthorityAnswer> askAuthorities(DnsName zone, List<SetKey> sets, Call call) {
        List<Resolver> servers = finder.serversOf(zone, call);
        List<Question> questions =
                sets.stream().map(set -> question(set, false, EdnsOptions.NONE)).toList();
        List<ProbeResult> results =
                sound(askSome(servers, questions, call), servers, questions, call);
        List<AuthorityAnswer> told = new ArrayList<>(results.size());
        for (int i = 0; i < results.size(); i++) {
            SetKey set = sets.get(i % sets.size());
            Reading reading = Reading.ofAuthority(results.get(i).answer(), set);
            told.add(
                    new AuthorityAnswer(
                            results.get(i).resolver().id(),
                            set,
                            reading.contents(),
                            reading.ttlSeconds(),
                            reading.failure()));
        }
        return told;
    }

    @Override
    public List<ResolverAnswer> askResolvers(List<SetKey> sets, Call call) {
        return askRecursive(resolvers, sets, List.of(), call);
    }

    @Override
    public List<ResolverAnswer> askResolvers(List<SetKey> sets, Set<String> whom, Call call) {
        return askRecursive(named(whom), sets, List.of(), call);
    }

    @Override
    public List<ResolverAnswer> askResolvers(
            List<SetKey> sets, Optional<Set<String>> whom, List<Region> regions, Call call) {
        return askRecursive(whom.map(this::named).orElse(resolvers), sets, regions, call);
    }

    private List<Resolver> named(Set<String> whom) {
        return resolvers.stream().filter(r -> whom.contains(r.id())).toList();
    }

    private List<ResolverAnswer> askRecursive(
            List<Resolver> whom, List<SetKey> sets, List<Region> regions, Call call) {
        // Which of the caches behind one address answers is asked of recursives alone.
        List<EdnsOptions> options = ByRegion.asked(EdnsOptions.NSID, regions);
        List<Question> questions = new ArrayList<>();
        sets.forEach(set -> options.forEach(o -> questions.add(question(set, true, o))));
        List<ProbeResult> results = sound(askSome(whom, questions, call), whom, questions, call);
        List<ResolverAnswer> told = new ArrayList<>(results.size());
        for (int from = 0; from < results.size(); from += options.size()) {
            Resolver resolver = results.get(from).resolver();
            SetKey set = sets.get(from / options.size() % sets.size());
            ByRegion sorted =
                    ByRegion.of(
                            regions,
                            results.subList(from, from + options.size()).stream()
                                    .map(ProbeResult::answer)
                                    .toList());
            told.add(Reading.of(sorted.own(), set).of(resolver, set, ""));
            sorted.regions()
                    .forEach(
                            (region, answer) ->
                                    told.add(Reading.of(answer, set).of(resolver, set, region)));
        }
        return told;
    }

    @Override
    public List<String> addresses(DnsName name, Call call) {
        return finder.addressesOf(name, call);
    }

    @Override
    public List<AliasTarget> follow(List<DnsName> names, Call call) {
        NameTree tree = new NameTree(finder);
        return names.stream().map(name -> tree.follow(name, call)).toList();
    }

    @Override
    public Delegated delegation(DnsName zone, Call call) {
        return new NameTree(finder).delegation(zone, call);
    }

    @Override
    public List<IssuerRule> issuerRules(DnsName zone, List<DnsName> names, Call call) {
        NameTree tree = new NameTree(finder);
        return names.stream().map(name -> tree.issuerRule(name, call)).toList();
    }

    @Override
    public List<SignedSet> validate(DnsName zone, List<SetKey> sets, Call call) {
        if (!new NameTree(finder).isChained(zone, call)) {
            return sets.stream().map(s -> new SignedSet(s, Security.INSECURE, "")).toList();
        }
        return sets.stream().map(s -> validation.of(s, call)).toList();
    }

    private static Question question(SetKey set, boolean recursive, EdnsOptions options) {
        if (set.type() == RecordType.OTHER) {
            throw PortException.lasting(set + ": expected a type that can be asked for");
        }
        return new Question(set.name().value(), Type.value(set.type().name()), recursive, options);
    }

    /// The round's results, those that our own machine may have spoilt asked again.
    private List<ProbeResult> sound(
            Round round, List<Resolver> whom, List<Question> questions, Call call) {
        List<ProbeResult> results = new ArrayList<>(round.results());
        Set<Resolver> spoilt = new HashSet<>();
        if (round.selfInflicted()) {
            results.stream()
                    .filter(result -> !(result.answer() instanceof Answered))
                    .forEach(result -> spoilt.add(result.resolver()));
        }
        if (spoilt.isEmpty()) {
            return results;
        }
        List<Resolver> again = whom.stream().filter(spoilt::contains).toList();
        Round second = askSome(again, questions, call);
        boolean missing =
                second.results().stream().anyMatch(r -> !(r.answer() instanceof Answered));
        if (second.selfInflicted() && missing) {
            throw PortException.passing(
                    "DNS probes for "
                            + call.purpose()
                            + ": this machine "
                            + second.faultsInWords()
                            + ", the second time in a row; so the missing answers say nothing about"
                            + " the servers."
                            + " Nothing was changed; give this machine more processor time or raise"
                            + " the probe limits");
        }
        for (int i = 0; i < second.results().size(); i++) {
            ProbeResult better = second.results().get(i);
            int at = whom.indexOf(better.resolver()) * questions.size() + i % questions.size();
            results.set(at, better);
        }
        return results;
    }

    /// Asks within the call's deadline.
    private Round askSome(List<Resolver> whom, List<Question> questions, Call call) {
        Duration left = call.deadline().left();
        if (left.compareTo(LEAST_TIMEOUT) < 0) {
            throw PortException.passing(
                    "DNS probes for " + call.purpose() + ": the deadline has passed, nobody asked");
        }
        // A quarter of a short deadline is kept for getting the questions out at all.
        Duration longest = left.multipliedBy(3).dividedBy(4);
        Duration wait = longest.compareTo(timeout) < 0 ? longest : timeout;
        Duration patience = left.minus(wait);
        Duration most = Duration.ofHours(1);
        try {
            return engine.ask(
                    whom, questions, wait, patience.compareTo(most) > 0 ? most : patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PortException(
                    PortException.Category.TRANSIENT,
                    "DNS probes for " + call.purpose() + ": interrupted",
                    e);
        }
    }
}
