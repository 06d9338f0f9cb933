package dev.cutover.probe;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.Region;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.probe.Answer.Answered;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/// One name and type, asked of many resolvers as a person does it: any type, by any transport, and
/// for the clients of some regions beside the resolvers' own.
///
/// What an answer for a region's clients tells counts for that region only when the resolver
/// repeats
/// their network and says that the answer depends on it; otherwise it tells of the resolver's own
/// place, as an answer to a question without a network does. Source: RFC 7871 section 7.
public final class NameProbe {

    private final ProbeEngine engine;
    private final Map<String, Resolver> resolvers;
    private final List<Region> regions;
    private final String type;
    private final SetKey set;
    private final List<Question> questions = new ArrayList<>();

    /// What one resolver said.
    ///
    /// @param answer about [#set]; its scope is the region's name, or empty for the resolver's own
    ///     place
    /// @param detail what else there is to know, such as an error's words; may be empty
    public record Heard(Resolver resolver, ResolverAnswer answer, String detail) {}

    /// What came of one round.
    ///
    /// @param ownFaults what this machine did wrong meanwhile; see [Round#faultsInWords]
    public record Look(List<Heard> heard, String ownFaults) {
        public Look {
            heard = List.copyOf(heard);
        }
    }

    /// Gets ready; asks nobody.
    ///
    /// @param type the mnemonic, such as `A` or `TYPE65280`
    /// @param resolvers by id
    /// @param regions whose clients are asked for, at most [Region#MOST]
    /// @throws IllegalArgumentException when name or type cannot be asked for
    public NameProbe(
            ProbeEngine engine,
            Map<String, Resolver> resolvers,
            String name,
            String type,
            List<Region> regions) {
        int number = Type.value(type);
        if (number < 0) {
            throw new IllegalArgumentException(
                    "expected a record type such as A, AAAA, CNAME, MX or TXT, seen " + type);
        }
        String asked = new Question(name, number, true).name();
        this.engine = engine;
        this.resolvers = resolvers;
        this.regions = List.copyOf(regions);
        this.type = type;
        this.set = new SetKey(new DnsName(asked), RecordType.of(type));
        ByRegion.asked(new EdnsOptions(Optional.empty(), true, true, false), regions)
                .forEach(
                        options ->
                                questions.add(
                                        new Question(set.name().value(), number, true, options)));
    }

    /// What is asked about.
    public SetKey set() {
        return set;
    }

    /// Asks some of the resolvers, all at once.
    ///
    /// @param ids ids nobody has are passed over
    public Look ask(Set<String> ids, Duration timeout) throws InterruptedException {
        List<Resolver> whom =
                resolvers.values().stream().filter(r -> ids.contains(r.id())).toList();
        Round round = engine.ask(whom, questions, timeout);
        List<Heard> heard = new ArrayList<>();
        for (int i = 0; i < whom.size(); i++) {
            int from = i * questions.size();
            heard.addAll(
                    heard(
                            whom.get(i),
                            round.results().subList(from, from + questions.size()).stream()
                                    .map(ProbeResult::answer)
                                    .toList()));
        }
        return new Look(heard, round.faultsInWords());
    }

    /// One for the resolver's own place first, then one for each region that it answers for.
    private List<Heard> heard(Resolver resolver, List<Answer> answers) {
        ByRegion sorted = ByRegion.of(regions, answers);
        List<Heard> heard = new ArrayList<>();
        heard.add(heard(resolver, sorted.own(), ""));
        sorted.regions().forEach((region, answer) -> heard.add(heard(resolver, answer, region)));
        return heard;
    }

    private Heard heard(Resolver resolver, Answer answer, String region) {
        ResolverAnswer read =
                Reading.of(answer, set.name().value(), type.toUpperCase(Locale.ROOT))
                        .of(resolver, set, region);
        return new Heard(resolver, read, detail(answer));
    }

    private static String detail(Answer answer) {
        if (!(answer instanceof Answered answered)) {
            return "";
        }
        List<String> details = new ArrayList<>();
        if (answered.rcode() == Rcode.NXDOMAIN) {
            details.add(Rcode.string(answered.rcode()));
        }
        answered.edns()
                .errors()
                .forEach(
                        e ->
                                details.add(
                                        "EDE "
                                                + e.code()
                                                + (e.text().isEmpty() ? "" : " " + e.text())));
        return String.join(", ", details);
    }

    /// Where a resolver listens, with the port where it is not the usual one.
    public static String shown(Resolver resolver) {
        InetSocketAddress at = resolver.address();
        String host = at.getAddress().getHostAddress();
        if (at.getPort() == resolver.transport().usualPort()) {
            return host;
        }
        return host.contains(":") ? "[" + host + "]:" + at.getPort() : host + ":" + at.getPort();
    }
}
