package dev.cutover.dns;

import dev.cutover.port.PortException;
import java.time.Duration;
import java.time.Instant;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TSIGRecord;

/** What a name server's refusal means, in words for whoever is woken by it. */
final class ServerAnswer {
    private ServerAnswer() {}

    /** The answer's code for the log of calls, such as {@code NOERROR} or {@code NOTAUTH BADKEY}. */
    static String code(Message answer) {
        TSIGRecord tsig = answer.getTSIG();
        String code = Rcode.string(answer.getRcode());
        return tsig == null || tsig.getError() == Rcode.NOERROR
                ? code
                : code + " " + Rcode.TSIGstring(tsig.getError());
    }

    /**
     * Why the server did not do as asked.
     *
     * @param asked what, of whom, such as {@code rfc2136 UPDATE acme.example at 192.0.2.1:53}
     * @param write whether it was to change something
     */
    static PortException refusal(
            String asked, Message answer, TsigKey key, String reference, boolean write) {
        String nothing = write ? "; nothing was changed" : "";
        String message = asked + ": " + code(answer);
        TSIGRecord tsig = answer.getTSIG();
        if (tsig != null && tsig.getError() != Rcode.NOERROR) {
            return PortException.denied(message + badKey(tsig, key, reference) + nothing);
        }
        return switch (answer.getRcode()) {
            case Rcode.REFUSED ->
                    PortException.denied(
                            message
                                    + ": the server lets "
                                    + key
                                    + " not do this; allow it "
                                    + (write
                                            ? "updates (BIND: update-policy or allow-update; Knot: acl"
                                                    + " with action update)"
                                            : "transfers (BIND: allow-transfer; Knot: acl with action"
                                                    + " transfer)")
                                    + " for the zone, and name a primary of it as 'server'"
                                    + nothing);
            case Rcode.NOTAUTH, Rcode.NOTZONE, Rcode.NXDOMAIN ->
                    PortException.lasting(
                            message
                                    + ": the server does not hold that zone; check the zone's name and"
                                    + " 'server'"
                                    + nothing);
            case Rcode.NOTIMP, Rcode.FORMERR ->
                    PortException.lasting(
                            message
                                    + ": the server does not understand "
                                    + (write ? "dynamic updates" : "zone transfers")
                                    + "; name another 'server'"
                                    + nothing);
            case Rcode.NXRRSET, Rcode.YXRRSET, Rcode.YXDOMAIN ->
                    ZoneUpdate.conflict(message + ", a prerequisite does not hold");
            default -> unknown(message, write);
        };
    }

    /** No word on what happened: whoever reads this looks before doing anything. */
    static PortException unknown(String message, boolean write) {
        return PortException.passing(
                message + (write ? "; unknown whether it took effect: read the zone" : ""));
    }

    private static String badKey(TSIGRecord tsig, TsigKey key, String reference) {
        return switch (tsig.getError()) {
            case Rcode.BADKEY ->
                    ": the server knows no "
                            + key
                            + " or, as Knot says it, does not let it do this; name and algorithm"
                            + " must be the same on both ends (ours are in "
                            + reference
                            + "), and the zone's acl must name the key";
            case Rcode.BADSIG ->
                    ": the server has another secret for " + key + " than " + reference + " holds";
            case Rcode.BADTIME -> ": " + clocks(tsig) + "; set the clock that is wrong";
            default -> ": the server does not take " + key + " of " + reference;
        };
    }

    /** The server tells its time with BADTIME. Source: RFC 8945 section 5.2.3. */
    private static String clocks(TSIGRecord tsig) {
        byte[] other = tsig.getOther();
        if (other.length != 6) {
            return "the clocks of the server and of this machine are too far apart";
        }
        long seconds = 0;
        for (byte b : other) {
            seconds = seconds << 8 | (b & 0xff);
        }
        Duration apart = Duration.between(tsig.getTimeSigned(), Instant.ofEpochSecond(seconds));
        return "the server's clock is "
                + apart.abs().toSeconds()
                + " s "
                + (apart.isNegative() ? "behind" : "ahead of")
                + " this machine's, "
                + tsig.getFudge().toSeconds()
                + " s are allowed";
    }
}
