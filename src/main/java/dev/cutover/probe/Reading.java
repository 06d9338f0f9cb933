package dev.cutover.probe;

import dev.cutover.core.dns.Address;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Came;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.Told;
import dev.cutover.probe.Answer.AnswerRecord;
import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.Answer.Malformed;
import dev.cutover.probe.Answer.TimedOut;
import dev.cutover.probe.Answer.Unreachable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.xbill.DNS.Rcode;

/// An answer as the core speaks of it.
///
/// @param contents what the name itself owns of the type, in normal form; an alias's target owns
///     its own
/// @param failure empty when it answered; else what happened
/// @param told what the answer tells beside that
record Reading(
        List<String> contents, long ttlSeconds, Duration latency, String failure, Told told) {

    private static final int LONGEST_SITE = 60;

    /// Resolvers give up on longer chains.
    private static final int LONGEST_CHAIN = 16;

    /// What a recursive resolver said.
    static Reading of(Answer answer, SetKey set) {
        return of(answer, set.name().value(), set.type().name(), false);
    }

    /// What an authority said, which must be one for the zone.
    static Reading ofAuthority(Answer answer, SetKey set) {
        return of(answer, set.name().value(), set.type().name(), true);
    }

    /// What a recursive resolver said of a type that may be none of the core's.
    ///
    /// @param name in small letters, without the trailing dot
    /// @param type the mnemonic
    static Reading of(Answer answer, String name, String type) {
        return of(answer, name, type, false);
    }

    private static Reading of(Answer answer, String name, String type, boolean authority) {
        return switch (answer) {
            case Answered answered
                    when answered.rcode() != Rcode.NOERROR && answered.rcode() != Rcode.NXDOMAIN ->
                    failed(
                            "answered " + Rcode.string(answered.rcode()),
                            answered.rcode() == Rcode.REFUSED ? Came.REFUSED : Came.FAILED);
            case Answered answered when authority && !answered.authoritative() ->
                    failed(
                            "answered without authority for the zone (lame delegation)",
                            Came.FAILED);
            case Answered answered when isAstray(answered, name) ->
                    failed(
                            "answered about "
                                    + answered.records().getFirst().name()
                                    + " without an alias from "
                                    + name,
                            Came.FAILED);
            case Answered answered -> answered(answered, name, type);
            case TimedOut late ->
                    failed("no answer within " + late.after().toMillis() + " ms", Came.TIMED_OUT);
            case Unreachable gone -> failed(gone.reason(), Came.FAILED);
            case Malformed broken -> failed(broken.reason(), Came.FAILED);
        };
    }

    /// The answer as evidence about a set.
    ///
    /// @param region whose clients it is for; empty for the resolver's own place
    ResolverAnswer of(Resolver resolver, SetKey set, String region) {
        return new ResolverAnswer(
                resolver.id(),
                set,
                contents,
                ttlSeconds,
                latency,
                failure,
                told.from(told.site(), region).by(resolver.operator(), resolver.country()));
    }

    /// Whether there are records, but none of the name that was asked for. BIND 9.18 now and then
    /// leaves
    /// the alias out when several ask for it at once and it has to ask itself.
    private static boolean isAstray(Answered answered, String name) {
        return !answered.records().isEmpty()
                && answered.records().stream().noneMatch(r -> r.name().equals(name));
    }

    private static Reading failed(String why, Came came) {
        return new Reading(List.of(), 0, Duration.ZERO, why, Told.plainly(came));
    }

    private static Reading answered(Answered answered, String name, String type) {
        List<AnswerRecord> own =
                answered.records().stream().filter(r -> r.name().equals(name)).toList();
        // an alias in place of the set lives as long as the alias does
        long ttl =
                own.stream()
                        .mapToLong(AnswerRecord::ttlSeconds)
                        .min()
                        .orElse(answered.negativeTtlSeconds().orElse(0));
        return new Reading(
                contents(own, type), ttl, answered.latency(), "", told(answered, name, type));
    }

    /// Follows the aliases to what they reach. The smallest TTL on the way is what a client may
    /// keep of it all. Source: RFC 1034 section 3.6.2.
    private static Told told(Answered answered, String asked, String type) {
        List<String> aliases = new ArrayList<>();
        List<String> reached = List.of();
        String name = asked;
        long least = Long.MAX_VALUE;
        for (int hop = 0; hop < LONGEST_CHAIN; hop++) {
            String here = name;
            List<AnswerRecord> own =
                    answered.records().stream().filter(r -> r.name().equals(here)).toList();
            least = own.stream().mapToLong(AnswerRecord::ttlSeconds).reduce(least, Math::min);
            reached = contents(own, type);
            Optional<String> alias =
                    own.stream()
                            .filter(r -> r.type().equals("CNAME"))
                            .map(r -> normal(RecordType.CNAME, r.content()))
                            .findFirst();
            if (!reached.isEmpty() || alias.isEmpty() || aliases.contains(alias.get())) {
                break;
            }
            name = alias.get();
            aliases.add(name);
        }
        return new Told(
                answered.records().isEmpty() ? Came.NEGATIVE : Came.RECORDS,
                answered.edns().nsid().map(Reading::shortened).orElse(""),
                "",
                aliases,
                aliases.isEmpty() ? List.of() : reached,
                least == Long.MAX_VALUE ? 0 : least,
                answered.edns().saysStale(),
                "",
                "");
    }

    private static List<String> contents(List<AnswerRecord> own, String type) {
        RecordType known = RecordType.of(type);
        return own.stream()
                .filter(r -> r.type().equals(type))
                .map(r -> normal(known, r.content()))
                .toList();
    }

    /// A stranger's word for itself, as long as anybody reads.
    private static String shortened(String site) {
        return site.length() > LONGEST_SITE ? site.substring(0, LONGEST_SITE) : site;
    }

    private static String normal(RecordType type, String content) {
        try {
            return Address.normalContent(type, content);
        } catch (IllegalArgumentException unusual) {
            return content.toLowerCase(Locale.ROOT); // shown as it is, and matches no plan
        }
    }
}
