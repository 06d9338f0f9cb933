package dev.cutover.lab.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSIDOption;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** The rules of DNS messages that every server of the lab keeps in the same way. */
final class MessageRules {

    /**
     * The largest UDP message sent or offered, so that it needs no fragments. Source: RFC 9715
     * section 3; DNS Flag Day 2020.
     */
    static final int UDP_BYTES = 1232;

    /** The largest UDP answer to a client that does not speak EDNS. Source: RFC 1035 4.2.1. */
    private static final int PLAIN_UDP_BYTES = 512;

    /** EDNS version 0 is the only one there is; others are answered BADVERS. RFC 6891 6.1.3. */
    private static final int EDNS_VERSION = 0;

    private MessageRules() {}

    /** Reads a query; empty when no answer may be given, for it is a response or no message. */
    static Optional<Query> read(byte[] wire) {
        Header header;
        try {
            header = new Header(wire);
        } catch (IOException tooShort) {
            return Optional.empty();
        }
        // Never answer a response: two servers would talk to each other for ever.
        if (header.getFlag(Flags.QR)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Query(header, Optional.of(new Message(wire))));
        } catch (IOException malformed) {
            return Optional.of(new Query(header, Optional.empty()));
        }
    }

    /**
     * A query as it came.
     *
     * @param message empty when all but its header is unreadable
     */
    record Query(Header header, Optional<Message> message) {

        /** The response code that must be given without looking at the question; 0 for none. */
        int refusal() {
            if (message.isEmpty()) {
                return Rcode.FORMERR;
            }
            if (header.getOpcode() != Opcode.QUERY) {
                return Rcode.NOTIMP;
            }
            if (header.getCount(Section.QUESTION) != 1) {
                return Rcode.FORMERR;
            }
            OPTRecord edns = message.get().getOPT();
            if (edns != null && edns.getVersion() != EDNS_VERSION) {
                return Rcode.BADVERS;
            }
            Record question = message.get().getQuestion();
            boolean transfer = question.getType() == Type.AXFR || question.getType() == Type.IXFR;
            return question.getDClass() != DClass.IN || transfer ? Rcode.REFUSED : Rcode.NOERROR;
        }

        /** Whether the asker takes signatures (DO). Source: RFC 3225. */
        boolean dnssecOk() {
            OPTRecord edns = message.map(Message::getOPT).orElse(null);
            return edns != null && (edns.getFlags() & ExtendedFlags.DO) != 0;
        }

        /** Name and type, for a reader. */
        String title() {
            return message.map(Message::getQuestion)
                    .map(q -> q.getName().toString(true) + " " + Type.string(q.getType()))
                    .orElse("unreadable question");
        }
    }

    /**
     * The answer's bytes; over UDP an answer that is too large becomes one with no records and the
     * TC bit, so that no client takes a part for the whole. Source: RFC 2181 section 9.
     */
    static byte[] write(Query query, Reply reply, boolean recursive, boolean tcp) {
        byte[] whole = message(query, reply, recursive).toWire();
        if (whole.length <= (tcp ? Message.MAXLENGTH : udpLimit(query))) {
            return whole;
        }
        Message truncated = message(query, Reply.of(reply.rcode(), reply.site()), recursive);
        truncated.getHeader().setFlag(Flags.TC);
        if (reply.authoritative()) {
            truncated.getHeader().setFlag(Flags.AA);
        }
        return truncated.toWire();
    }

    private static int udpLimit(Query query) {
        OPTRecord edns = query.message().map(Message::getOPT).orElse(null);
        return edns == null
                ? PLAIN_UDP_BYTES
                : Math.clamp(edns.getPayloadSize(), PLAIN_UDP_BYTES, UDP_BYTES);
    }

    private static Message message(Query query, Reply reply, boolean recursive) {
        Message message = new Message(query.header().getID());
        Header header = message.getHeader();
        header.setFlag(Flags.QR);
        header.setOpcode(query.header().getOpcode());
        if (query.header().getFlag(Flags.RD)) {
            header.setFlag(Flags.RD);
        }
        if (recursive) {
            header.setFlag(Flags.RA);
        }
        if (reply.authoritative()) {
            header.setFlag(Flags.AA);
        }
        header.setRcode(reply.rcode() & 0xF);
        query.message()
                .map(Message::getQuestion)
                .ifPresent(q -> message.addRecord(q, Section.QUESTION));
        reply.answers().forEach(r -> message.addRecord(r, Section.ANSWER));
        reply.authority().forEach(r -> message.addRecord(r, Section.AUTHORITY));
        reply.additional().forEach(r -> message.addRecord(r, Section.ADDITIONAL));
        // OPT is answered with OPT and never sent to one who did not ask (RFC 6891 section 7).
        query.message()
                .map(Message::getOPT)
                .ifPresent(edns -> message.addRecord(opt(edns, reply), Section.ADDITIONAL));
        return message;
    }

    private static OPTRecord opt(OPTRecord asked, Reply reply) {
        List<EDNSOption> options = new ArrayList<>();
        if (!asked.getOptions(EDNSOption.Code.NSID).isEmpty()) {
            options.add(new NSIDOption(reply.site().getBytes(StandardCharsets.US_ASCII)));
        }
        reply.extendedError().ifPresent(code -> options.add(new ExtendedErrorCodeOption(code)));
        int flags = asked.getFlags() & ExtendedFlags.DO;
        return new OPTRecord(UDP_BYTES, reply.rcode() >> 4, EDNS_VERSION, flags, options);
    }

    /** The same record with another TTL. */
    static Record withTtl(Record record, long ttlSeconds) {
        if (record.getTTL() == ttlSeconds) {
            return record;
        }
        byte[] wire = record.toWire(Section.ANSWER);
        // Owner, type (2 bytes) and class (2 bytes) come before the TTL (RFC 1035 section 3.2.1).
        ByteBuffer.wrap(wire).putInt(record.getName().length() + 4, (int) ttlSeconds);
        try {
            return Record.fromWire(wire, Section.ANSWER);
        } catch (IOException e) {
            throw new UncheckedIOException("a record just written cannot be read: " + record, e);
        }
    }
}
