package dev.cutover.port;

import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.port.CallLog.ProviderCall;
import java.util.List;

/** A provider with one zone that nobody else's test touches, and a line to it that can be cut. */
public interface ZoneHouse extends AutoCloseable {
    /** Records every zone of the contract begins with, beside what the provider puts there itself. */
    List<String> RECORDS =
            List.of(
                    "www A 192.0.2.1",
                    "www A 192.0.2.2",
                    "api A 192.0.2.3",
                    "v6 AAAA 2001:db8::1",
                    "shop CNAME www.%s",
                    "both A 192.0.2.4",
                    "both AAAA 2001:db8::4",
                    "noted A 192.0.2.5",
                    "noted TXT \"of another team\"",
                    "mail A 192.0.2.6",
                    "@ MX 10 mail.%s",
                    "@ TXT \"v=spf1 -all\"",
                    "old.shop A 192.0.2.7");

    DnsZone zone();

    ZoneRef ref();

    /** Another person at the same zone, whose line is never cut. */
    DnsZone somebody();

    ZoneRef somebodysRef();

    /** A zone this provider does not have. */
    ZoneRef unknown();

    /** This zone with a secret that is not the right one. */
    ZoneRef wrongSecret();

    /** What must never be printed. */
    List<String> secrets();

    /** Every call {@link #zone} made. */
    List<ProviderCall> log();

    /** The next write takes effect, and its answer is lost. */
    void loseNextAnswer();

    /** Connections are refused. */
    void refuse();

    /** Connections are taken, and nothing ever comes back. */
    void hang();

    @Override
    void close();
}
