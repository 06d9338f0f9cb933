package dev.cutover.lab.dns;

import java.util.List;
import java.util.OptionalInt;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;

/**
 * What a server has to say to one question, before it is put into a message.
 *
 * @param rcode the response code, 0 to 15
 * @param authoritative whether the AA bit is set
 * @param site which site or cache answered; told to those who ask for the NSID (RFC 5001)
 * @param extendedError the extended error code, if any (RFC 8914)
 */
record Reply(
        int rcode,
        boolean authoritative,
        List<Record> answers,
        List<Record> authority,
        List<Record> additional,
        String site,
        OptionalInt extendedError) {

    Reply {
        answers = List.copyOf(answers);
        authority = List.copyOf(authority);
        additional = List.copyOf(additional);
    }

    static Reply of(int rcode, String site) {
        return new Reply(rcode, false, List.of(), List.of(), List.of(), site, OptionalInt.empty());
    }

    static Reply failure(String site, int extendedError) {
        return new Reply(
                Rcode.SERVFAIL,
                false,
                List.of(),
                List.of(),
                List.of(),
                site,
                OptionalInt.of(extendedError));
    }

    Reply withAdditional(List<Record> more) {
        return new Reply(rcode, authoritative, answers, authority, more, site, extendedError);
    }
}
