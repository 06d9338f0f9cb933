package dev.cutover.probe;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// What an answer said beside its records, by EDNS options.
///
/// @param nsid which machine answered, as text where it is printable and as hexadecimal otherwise;
///     empty when it does not tell. Source: RFC 5001
/// @param subnet the client subnet it says it answered for. Source: RFC 7871
/// @param errors what it says went wrong, even when it answered. Source: RFC 8914
/// @param cookie whether it sent a cookie back. Source: RFC 7873
public record EdnsAnswer(
        Optional<String> nsid, Optional<Echo> subnet, List<ExtendedError> errors, boolean cookie) {

    /// Said nothing.
    public static final EdnsAnswer NONE =
            new EdnsAnswer(Optional.empty(), Optional.empty(), List.of(), false);

    private static final int STALE_ANSWER = 3;
    private static final int STALE_NXDOMAIN = 19;

    public EdnsAnswer {
        errors = List.copyOf(errors);
    }

    /// Whether the resolver itself says that its answer is past its time.
    /// Source: RFC 8914 sections 4.4 and 4.20.
    public boolean saysStale() {
        return errors.stream()
                .anyMatch(e -> e.code() == STALE_ANSWER || e.code() == STALE_NXDOMAIN);
    }

    /// Whether the answer is for that subnet: it is echoed, and the answer depends on it at all.
    ///
    /// Without this the question's subnet was ignored, replaced, or did not matter, and the answer
    /// tells of nobody's neighbourhood.
    public boolean isFor(EdnsOptions.Subnet asked) {
        return subnet.filter(
                        echo ->
                                echo.scopeLength() > 0
                                        && echo.prefixLength() == asked.prefixLength()
                                        && sameNetwork(echo.address(), asked))
                .isPresent();
    }

    private static boolean sameNetwork(InetAddress echoed, EdnsOptions.Subnet asked) {
        byte[] a = echoed.getAddress();
        byte[] b = asked.address().getAddress();
        if (a.length != b.length) {
            return false;
        }
        for (int bit = 0; bit < asked.prefixLength(); bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((a[bit / 8] & mask) != (b[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    /// The echo of a client subnet.
    ///
    /// @param prefixLength as asked
    /// @param scopeLength for how much of the address the answer holds; 0 for everybody
    public record Echo(InetAddress address, int prefixLength, int scopeLength) {}

    /// An extended error.
    ///
    /// @param code from IANA's registry, such as 3 for a stale answer
    /// @param text what the server adds; may be empty, written by a stranger
    public record ExtendedError(int code, String text) {}
}
