package dev.cutover.probe;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/// What came of one question to one resolver.
public sealed interface Answer {

    /// A DNS message came back, whatever it says: NXDOMAIN, SERVFAIL and an empty answer too.
    ///
    /// @param rcode the response code with its EDNS extension, 0 for NOERROR
    /// @param records the answer section in the order received, aliases included
    /// @param negativeTtlSeconds how long a resolver may keep "there is none", when the authority
    ///     section has an SOA: the smaller of its TTL and its minimum. Source: RFC 2308 section 5
    /// @param authoritative the AA flag
    /// @param latency from just before the question was written to just after the whole answer was
    ///     read. When UDP's was truncated, TCP's exchange is added; opening a connection is not
    /// part
    ///     of it
    /// @param viaTcp whether the UDP answer was truncated and this one came by TCP
    /// @param edns what was said beside the records
    record Answered(
            int rcode,
            List<AnswerRecord> records,
            OptionalLong negativeTtlSeconds,
            boolean authoritative,
            Duration latency,
            boolean viaTcp,
            EdnsAnswer edns)
            implements Answer {

        public Answered {
            records = List.copyOf(records);
        }
    }

    /// Nothing that answers the question came in time.
    ///
    /// @param after how long was waited, from just before the question was written
    record TimedOut(Duration after) implements Answer {}

    /// The network said that nobody is there, or could not carry the question.
    ///
    /// @param reason what the system reported
    record Unreachable(String reason) implements Answer {}

    /// Something came that answers this question, and it cannot be read.
    ///
    /// @param reason what is wrong with it
    record Malformed(String reason) implements Answer {}

    /// One record of an answer.
    ///
    /// @param name its owner, lower case, without the trailing dot
    /// @param type its type's mnemonic, such as `A`, or `TYPE65280`
    /// @param ttlSeconds as received: what is left of it at a recursive resolver
    /// @param content its data in presentation format (RFC 1035 section 5)
    record AnswerRecord(String name, String type, long ttlSeconds, String content) {}
}
