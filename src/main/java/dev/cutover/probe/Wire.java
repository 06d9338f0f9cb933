package dev.cutover.probe;

import dev.cutover.probe.Answer.AnswerRecord;
import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.Answer.Malformed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// DNS messages as bytes: what the transports send, and how they recognise what is theirs.
///
/// Recognition reads only the fixed header and the question, byte by byte: it runs on the I/O
/// thread and must not be slowed or broken by what a stranger sends.
final class Wire {

    private static final int HEADER = 12;
    private static final byte[] NO_COOKIE = {};
    private static final int CLASS_AND_TYPE = 4;

    private Wire() {}

    /// The query with id 0, which the transport fills in when it sends.
    static byte[] query(Question question, boolean edns) {
        return query(question, edns, NO_COOKIE);
    }

    static byte[] query(Question question, boolean edns, byte[] cookie) {
        Record asked = Record.newRecord(question.wireName(), question.type(), DClass.IN);
        Message message = Message.newQuery(asked);
        message.getHeader().setID(0);
        if (!question.recursionDesired()) {
            message.getHeader().unsetFlag(Flags.RD);
        }
        if (edns) {
            message.addRecord(Edns.wish(question.options(), cookie), Section.ADDITIONAL);
        }
        return message.toWire();
    }

    /// Whether `reply` is a response to `query`, ids apart.
    ///
    /// A server that cannot read a query may return the bare header with FORMERR or NOTIMP, and to
    /// an update always. Names compare without regard to case. Source: RFC 1035 section 4.1.1, RFC
    /// 5452 section 4, RFC 2136 section 3.8.
    static boolean answers(byte[] query, byte[] reply) {
        if (reply.length < HEADER || (reply[2] & 0x80) == 0 || opcode(reply) != opcode(query)) {
            return false;
        }
        int questions = ((reply[4] & 0xFF) << 8) | (reply[5] & 0xFF);
        if (questions == 0) {
            int rcode = reply[3] & 0x0F;
            return rcode == Rcode.FORMERR
                    || rcode == Rcode.NOTIMP
                    || opcode(query) == Opcode.UPDATE;
        }
        int end = questionEnd(query);
        if (questions != 1 || reply.length < end) {
            return false;
        }
        for (int i = HEADER; i < end - CLASS_AND_TYPE; i++) {
            if (lower(query[i]) != lower(reply[i])) {
                return false;
            }
        }
        for (int i = end - CLASS_AND_TYPE; i < end; i++) {
            if (query[i] != reply[i]) {
                return false;
            }
        }
        return true;
    }

    /// Gives the letters of the question random case, which an honest reply repeats: more for a
    /// stranger to guess. Source: draft-vixie-dnsext-dns0x20-00.
    ///
    /// @param random a bit for each letter, used again from the start in a long name
    static void mixCase(byte[] query, long random) {
        int bit = 0;
        for (int at = HEADER; query[at] != 0; at += 1 + query[at]) {
            for (int i = at + 1; i <= at + query[at]; i++) {
                if (lower(query[i]) >= 'a' && lower(query[i]) <= 'z') {
                    boolean capital = (random >>> (bit++ & 63) & 1) == 1;
                    query[i] = (byte) (capital ? lower(query[i]) - ('a' - 'A') : lower(query[i]));
                }
            }
        }
    }

    /// Whether a reply that [#answers] accepted repeats the question letter by letter.
    static boolean repeatsCase(byte[] query, byte[] reply) {
        int end = questionEnd(query);
        return (reply[4] | reply[5]) == 0 || Arrays.equals(query, HEADER, end, reply, HEADER, end);
    }

    private static int opcode(byte[] message) {
        return (message[2] >> 3) & 0x0F;
    }

    private static int questionEnd(byte[] query) {
        int at = HEADER;
        while (query[at] != 0) {
            at += 1 + query[at]; // our own query: labels only, no pointer
        }
        return at + 1 + CLASS_AND_TYPE;
    }

    /// Length bytes are below 64 and so never taken for a letter.
    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
    }

    static int id(byte[] message) {
        return ((message[0] & 0xFF) << 8) | (message[1] & 0xFF);
    }

    static void setId(byte[] message, int id) {
        message[0] = (byte) (id >> 8);
        message[1] = (byte) id;
    }

    static boolean truncated(byte[] reply) {
        return (reply[2] & 0x02) != 0;
    }

    /// Whether the server did not understand the query, as servers without EDNS do.
    /// Source: RFC 6891 section 7.
    static boolean refusesEdns(byte[] reply) {
        int rcode = reply[3] & 0x0F;
        return rcode == Rcode.FORMERR || rcode == Rcode.NOTIMP;
    }

    /// The response code with its EDNS extension, as far as a glance tells: 23 for BADCOOKIE.
    static boolean saysBadCookie(byte[] reply) {
        return (reply[3] & 0x0F) == (Edns.BAD_COOKIE & 0x0F) && Edns.cookieOf(reply) != null;
    }

    /// Reads a reply that [#answers] accepted.
    static Answer read(byte[] reply, Duration latency, boolean viaTcp) {
        if (truncated(reply)) {
            return new Malformed("truncated, though it did not come by UDP");
        }
        try {
            Message message = new Message(reply);
            List<AnswerRecord> records = new ArrayList<>();
            for (Record found : message.getSection(Section.ANSWER)) {
                records.add(
                        new AnswerRecord(
                                text(found.getName()),
                                Type.string(found.getType()),
                                found.getTTL(),
                                found.rdataToString()));
            }
            return new Answered(
                    message.getRcode(),
                    records,
                    negativeTtl(message),
                    message.getHeader().getFlag(Flags.AA),
                    latency,
                    viaTcp,
                    Edns.read(message));
        } catch (IOException | RuntimeException e) {
            // Hostile bytes reach the codec's every corner; whatever it throws, they are
            // unreadable.
            return new Malformed("unreadable answer of " + reply.length + " bytes: " + e);
        }
    }

    private static OptionalLong negativeTtl(Message message) {
        for (Record found : message.getSection(Section.AUTHORITY)) {
            if (found instanceof SOARecord soa) {
                return OptionalLong.of(Math.min(soa.getTTL(), soa.getMinimum()));
            }
        }
        return OptionalLong.empty();
    }

    private static String text(Name name) {
        return name.toString(true).toLowerCase(Locale.ROOT);
    }
}
