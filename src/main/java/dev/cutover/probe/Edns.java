package dev.cutover.probe;

import dev.cutover.probe.EdnsAnswer.Echo;
import dev.cutover.probe.EdnsAnswer.ExtendedError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSIDOption;
import org.xbill.DNS.OPTRecord;

/// EDNS options, to and from messages. Source: RFC 6891.
final class Edns {

    /// The payload that passes without fragments. Source: DNS flag day 2020, RFC 9715.
    static final int UDP_PAYLOAD = 1_232;

    /// Source: RFC 7873 section 5.4.
    static final int BAD_COOKIE = 23;

    private static final int MOST_ERRORS_KEPT = 8;
    private static final int LONGEST_TEXT = 200;
    private static final int OPT = 41;
    private static final int HEADER = 12;
    private static final int OPTION_HEADER = 4;

    private Edns() {}

    /// The OPT record of a query.
    ///
    /// @param cookie ours and, when known, the server's; empty for none
    static OPTRecord wish(EdnsOptions options, byte[] cookie) {
        List<EDNSOption> list = new ArrayList<>();
        if (options.nsid()) {
            list.add(new NSIDOption(new byte[0]));
        }
        options.clientSubnet()
                .ifPresent(s -> list.add(new ClientSubnetOption(s.prefixLength(), s.address())));
        if (options.cookie() && cookie.length > 0) {
            list.add(new GenericEDNSOption(EDNSOption.Code.COOKIE, cookie));
        }
        return new OPTRecord(UDP_PAYLOAD, 0, 0, options.dnssecOk() ? ExtendedFlags.DO : 0, list);
    }

    static EdnsAnswer read(Message message) {
        OPTRecord opt = message.getOPT();
        if (opt == null || opt.getOptions().isEmpty()) {
            return EdnsAnswer.NONE;
        }
        Optional<String> nsid = Optional.empty();
        Optional<Echo> echo = Optional.empty();
        List<ExtendedError> errors = new ArrayList<>();
        boolean cookie = false;
        for (EDNSOption option : opt.getOptions()) {
            switch (option) {
                case NSIDOption id -> nsid = text(id);
                case ClientSubnetOption subnet ->
                        echo =
                                Optional.of(
                                        new Echo(
                                                subnet.getAddress(),
                                                subnet.getSourcePrefixLength(),
                                                subnet.getScopePrefixLength()));
                case ExtendedErrorCodeOption error when errors.size() < MOST_ERRORS_KEPT ->
                        errors.add(
                                new ExtendedError(
                                        error.getErrorCode(),
                                        cut(error.getText() == null ? "" : error.getText())));
                case CookieOption back -> cookie = true;
                default -> {} // not asked for; open to options not known yet
            }
        }
        return new EdnsAnswer(nsid, echo, errors, cookie);
    }

    /// What follows the option's code and length; empty when nothing does.
    private static Optional<String> text(NSIDOption id) {
        byte[] wire = id.toWire();
        byte[] bytes = Arrays.copyOfRange(wire, OPTION_HEADER, wire.length);
        if (bytes.length == 0) {
            return Optional.empty();
        }
        for (byte b : bytes) {
            if (b < ' ' || b > '~') {
                return Optional.of(cut(HexFormat.of().formatHex(bytes)));
            }
        }
        return Optional.of(cut(new String(bytes, StandardCharsets.US_ASCII)));
    }

    private static String cut(String text) {
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
    }

    /// The cookie option of a reply, or null when there is none or the way to it is broken.
    ///
    /// Walks the records without reading them: it runs where a reply is recognised.
    static byte @Nullable [] cookieOf(byte[] reply) {
        int at = HEADER;
        for (int i = count(reply, 4); i > 0 && at > 0; i--) {
            at = afterName(reply, at) + 4;
        }
        int records = count(reply, 6) + count(reply, 8) + count(reply, 10);
        for (int i = 0; i < records; i++) {
            at = afterName(reply, at);
            if (at < 0 || at + 10 > reply.length) {
                return null;
            }
            int end = at + 10 + count(reply, at + 8);
            if (end > reply.length) {
                return null;
            }
            if (count(reply, at) == OPT) {
                return cookieIn(reply, at + 10, end);
            }
            at = end;
        }
        return null;
    }

    private static byte @Nullable [] cookieIn(byte[] reply, int from, int end) {
        int at = from;
        while (at + 4 <= end) {
            int length = count(reply, at + 2);
            if (at + 4 + length > end) {
                return null;
            }
            if (count(reply, at) == EDNSOption.Code.COOKIE) {
                return Arrays.copyOfRange(reply, at + 4, at + 4 + length);
            }
            at += 4 + length;
        }
        return null;
    }

    /// Where a name ends, or a number far below zero when it does not.
    private static int afterName(byte[] message, int from) {
        int at = from;
        while (at >= 0 && at < message.length) {
            int length = message[at] & 0xFF;
            if (length == 0) {
                return at + 1;
            }
            if (length >= 0xC0) {
                return at + 2;
            }
            at += 1 + length;
        }
        return Integer.MIN_VALUE / 2;
    }

    private static int count(byte[] message, int at) {
        return at + 1 < message.length && at >= 0
                ? ((message[at] & 0xFF) << 8) | (message[at + 1] & 0xFF)
                : 0;
    }
}
