package dev.cutover.lab.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * The resolver in a visitor's computer: asks one resolver, over UDP and, when the answer is truncated,
 * over TCP; a second time when nothing came. Keeps nothing. Blocks; safe for many threads.
 *
 * @param resolver whom it asks
 * @param from the address it asks from, such as {@link LabAddresses#visitor}
 * @param timeout for each of the two attempts
 */
public record StubResolver(InetSocketAddress resolver, InetAddress from, Duration timeout) {

    private static final int ATTEMPTS = 2;

    /** What came of a question. */
    public sealed interface Answer {

        /**
         * There are records.
         *
         * @param aliases the names the CNAMEs led over, in order; empty for none
         * @param contents the data of each record in presentation format, never empty
         * @param ttlSeconds the smallest TTL of the whole chain
         */
        record Found(List<String> aliases, List<String> contents, long ttlSeconds)
                implements Answer {}

        /** The name exists and has no record of this type. */
        record NoData() implements Answer {}

        /** The name does not exist. */
        record NoSuchName() implements Answer {}

        /**
         * There is no usable answer.
         *
         * @param why the response code, or what happened on the way
         */
        record Failed(String why) implements Answer {}
    }

    /**
     * Asks for one name and type.
     *
     * @throws IllegalArgumentException when the name or the type cannot be asked for
     */
    public Answer ask(String name, String type) {
        return read(exchange(name(name), type(type)), type(type));
    }

    /** The IPv4 and IPv6 addresses of a host, IPv4 first; empty when there are none or no answer. */
    public List<InetAddress> addresses(String host) {
        List<InetAddress> addresses = new ArrayList<>();
        for (int type : new int[] {Type.A, Type.AAAA}) {
            if (exchange(name(host), type) instanceof Received(Message message)) {
                for (Record record : message.getSection(Section.ANSWER)) {
                    if (record instanceof ARecord a) {
                        addresses.add(a.getAddress());
                    } else if (record instanceof AAAARecord aaaa) {
                        addresses.add(aaaa.getAddress());
                    }
                }
            }
        }
        return List.copyOf(addresses);
    }

    private sealed interface Outcome {}

    private record Received(Message message) implements Outcome {}

    private record Nothing(String why) implements Outcome {}

    private Outcome exchange(Name name, int type) {
        String why = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
                query.addRecord(new OPTRecord(MessageRules.UDP_BYTES, 0, 0), Section.ADDITIONAL);
                return new Received(new Exchange(from, timeout).ask(resolver, query));
            } catch (IOException e) {
                why = resolver + ": " + e.getMessage();
            }
        }
        return new Nothing(why);
    }

    private static Answer read(Outcome outcome, int type) {
        return switch (outcome) {
            case Nothing(String why) -> new Answer.Failed(why);
            case Received(Message message) ->
                    switch (message.getRcode()) {
                        case Rcode.NOERROR -> read(message.getSection(Section.ANSWER), type);
                        case Rcode.NXDOMAIN -> new Answer.NoSuchName();
                        default -> new Answer.Failed(Rcode.string(message.getRcode()));
                    };
        };
    }

    private static Answer read(List<Record> records, int type) {
        List<String> aliases = new ArrayList<>();
        List<String> contents = new ArrayList<>();
        long ttlSeconds = Long.MAX_VALUE;
        for (Record record : records) {
            ttlSeconds = Math.min(ttlSeconds, record.getTTL());
            if (record.getType() == type) {
                contents.add(record.rdataToString());
            } else if (record instanceof CNAMERecord alias) {
                aliases.add(alias.getTarget().toString(true));
            }
        }
        return contents.isEmpty()
                ? new Answer.NoData()
                : new Answer.Found(List.copyOf(aliases), List.copyOf(contents), ttlSeconds);
    }

    static Name name(String text) {
        try {
            return Name.fromString(text, Name.root);
        } catch (TextParseException e) {
            throw new IllegalArgumentException("not a name: " + text + ": " + e.getMessage(), e);
        }
    }

    static int type(String mnemonic) {
        int type = Type.value(mnemonic);
        if (type == -1) {
            throw new IllegalArgumentException("not a record type: " + mnemonic);
        }
        return type;
    }
}
