package dev.cutover.probe;

/// How hard a [ProbeEngine] may press, on the resolvers and on this machine.
///
/// @param inFlightPerResolver most questions outstanding at one address, 1 to 1,000
/// @param queriesPerSecondPerResolver steady rate to one address, 1 to 1,000,000; a burst of one
///     second's worth may go at once
/// @param queriesPerSecond steady rate to all together, 1 to 1,000,000
/// @param receiveBufferBytes asked of the system for each socket, at least 4,096
public record ProbeLimits(
        int inFlightPerResolver,
        int queriesPerSecondPerResolver,
        int queriesPerSecond,
        int receiveBufferBytes) {

    /// Kind to public resolvers, which limit by address; above 40,000/s two small cores begin to
    /// see timeouts that are their own.
    public static final ProbeLimits DEFAULT = new ProbeLimits(64, 20, 40_000, 256 << 10);

    public ProbeLimits {
        within("in flight per resolver", inFlightPerResolver, 1, 1_000);
        within("queries per second per resolver", queriesPerSecondPerResolver, 1, 1_000_000);
        within("queries per second", queriesPerSecond, 1, 1_000_000);
        within("receive buffer bytes", receiveBufferBytes, 4_096, 64 << 20);
    }

    private static void within(String what, int seen, int least, int most) {
        if (seen < least || seen > most) {
            throw new IllegalArgumentException(
                    what + ": expected " + least + " to " + most + ", seen " + seen);
        }
    }
}
