package dev.cutover.probe;

import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Security;
import dev.cutover.core.evidence.SignedSet;
import dev.cutover.port.Call;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.dnssec.ValidatingResolver;

/// Proves answers by their signatures, from the root's keys down, over resolvers that pass
/// signatures on.
final class Validation {

    /// The root's keys of 2017 and 2024. Source: https://data.iana.org/root-anchors, 2026-11.
    static final String ROOT =
            """
            . IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
            . IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
            """;

    private static final Duration EACH = Duration.ofSeconds(3);
    private static final int MOST_ASKED = 3;

    private final List<Resolver> resolvers;
    private final String anchors;

    /// @param resolvers asked in their order until one answers
    /// @param anchors DS or DNSKEY records of the root, one a line
    Validation(List<Resolver> resolvers, String anchors) {
        this.resolvers = resolvers.subList(0, Math.min(MOST_ASKED, resolvers.size()));
        this.anchors = anchors;
    }

    SignedSet of(SetKey set, Call call) {
        SignedSet told = new SignedSet(set, Security.UNKNOWN, "no resolver was asked in time");
        for (Resolver resolver : resolvers) {
            if (call.deadline().passed()) {
                return told;
            }
            told = by(resolver, set, call.deadline().left());
            if (told.security() != Security.UNKNOWN) {
                return told;
            }
        }
        return told;
    }

    private SignedSet by(Resolver resolver, SetKey set, Duration left) {
        try {
            SimpleResolver head = new SimpleResolver(resolver.address());
            head.setTimeout(left.compareTo(EACH) < 0 ? left : EACH);
            ValidatingResolver validator = new ValidatingResolver(head);
            validator.loadTrustAnchors(
                    new ByteArrayInputStream(anchors.getBytes(StandardCharsets.US_ASCII)));
            Message query =
                    Message.newQuery(
                            Record.newRecord(
                                    Name.fromString(set.name().value(), Name.root),
                                    Type.value(set.type().name()),
                                    DClass.IN));
            Message reply = validator.send(query);
            if (reply.getHeader().getFlag(Flags.AD)) {
                return new SignedSet(set, Security.SECURE, "");
            }
            String why = reason(reply);
            if (reply.getRcode() != Rcode.SERVFAIL) {
                return new SignedSet(set, Security.INSECURE, why);
            }
            // A resolver without an answer of its own is no proof of bad signatures.
            boolean silent = why.isEmpty() || why.contains("timeout") || why.contains("SERVFAIL");
            return new SignedSet(
                    set,
                    silent ? Security.UNKNOWN : Security.BOGUS,
                    silent ? resolver.id() + " answered SERVFAIL " + why : why);
        } catch (IOException e) {
            return new SignedSet(set, Security.UNKNOWN, resolver.id() + " gave no answer: " + e);
        }
    }

    /// What the validator says in a record of a class of its own.
    private static String reason(Message reply) {
        for (RRset set : reply.getSectionRRsets(Section.ADDITIONAL)) {
            if (set.getName().equals(Name.root)
                    && set.getType() == Type.TXT
                    && set.getDClass() == ValidatingResolver.VALIDATION_REASON_QCLASS
                    && set.first() instanceof TXTRecord text) {
                return String.join(" ", text.getStrings());
            }
        }
        return "";
    }
}
