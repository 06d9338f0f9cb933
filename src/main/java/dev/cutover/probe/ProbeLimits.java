package dev.cutover.probe;

import java.net.InetAddress;
import java.util.Map;

/// How hard a [ProbeEngine] may press, on the resolvers and on this machine.
///
/// @param inFlightPerResolver most questions outstanding at one address, 1 to 1,000
/// @param queriesPerSecondPerResolver steady rate to one address, 1 to 1,000,000; a burst of one
///     second's worth may go at once
/// @param queriesPerSecond steady rate to all together, 1 to 1,000,000
/// @param receiveBufferBytes asked of the system for each socket, at least 4,096
/// @param ownRates addresses with another steady rate than the others, in queries per second, 1 to
///     1,000,000
public record ProbeLimits(
        int inFlightPerResolver,
        int queriesPerSecondPerResolver,
        int queriesPerSecond,
        int receiveBufferBytes,
        Map<InetAddress, Integer> ownRates) {

    /// Kind to public resolvers, which limit by address; above 40,000/s two small cores begin to
    /// see timeouts that are their own.
    public static final ProbeLimits DEFAULT = new ProbeLimits(64, 20, 40_000, 256 << 10);

    public ProbeLimits {
        within("in flight per resolver", inFlightPerResolver, 1, 1_000);
        within("queries per second per resolver", queriesPerSecondPerResolver, 1, 1_000_000);
        within("queries per second", queriesPerSecond, 1, 1_000_000);
        within("receive buffer bytes", receiveBufferBytes, 4_096, 64 << 20);
        ownRates = Map.copyOf(ownRates);
        ownRates.forEach(
                (at, rate) ->
                        within("queries per second to " + at.getHostAddress(), rate, 1, 1_000_000));
    }

    /// The same rate for every address.
    public ProbeLimits(
            int inFlightPerResolver,
            int queriesPerSecondPerResolver,
            int queriesPerSecond,
            int receiveBufferBytes) {
        this(
                inFlightPerResolver,
                queriesPerSecondPerResolver,
                queriesPerSecond,
                receiveBufferBytes,
                Map.of());
    }

    /// The same, with other rates for some addresses.
    public ProbeLimits withOwnRates(Map<InetAddress, Integer> rates) {
        return new ProbeLimits(
                inFlightPerResolver,
                queriesPerSecondPerResolver,
                queriesPerSecond,
                receiveBufferBytes,
                rates);
    }

    /// The steady rate to an address.
    int queriesPerSecondTo(InetAddress address) {
        return ownRates.isEmpty()
                ? queriesPerSecondPerResolver
                : ownRates.getOrDefault(address, queriesPerSecondPerResolver);
    }

    private static void within(String what, int seen, int least, int most) {
        if (seen < least || seen > most) {
            throw new IllegalArgumentException(
                    what + ": expected " + least + " to " + most + ", seen " + seen);
        }
    }
}
