package dev.cutover.peer;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * A name server of the distribution as a site's own team runs it: the primary of some zones, which takes
 * transfers and updates with one TSIG key.
 */
public interface PrimaryServer extends AutoCloseable {
    /** The key that may transfer and update, as a plan's secret holds it. */
    String KEY = "hmac-sha256:cutover:" + "cGxhbnRlZCBrZXkgNDcxMSBmb3IgdGVzdHMgb25seQ==";

    /** A key that may transfer zones and not update them. */
    String READER_KEY = KEY.replace(":cutover:", ":reader:");

    /** The secret part of {@link #KEY}. */
    String KEY_SECRET = KEY.substring(KEY.lastIndexOf(':') + 1);

    /** How the server keeps the zone signed. */
    enum Signing {
        NONE,
        /** Updates and signatures in one and the same zone, NSEC. */
        IN_PLACE,
        /** The same with NSEC3. */
        HASHED,
        /** A signed copy beside the zone that is updated. */
        INLINE
    }

    InetSocketAddress address();

    /** The server's log, for a test that failed. */
    String log();

    @Override
    void close();

    /** A zone file: an SOA, a name server, and these lines. */
    static String zoneFile(String zone, List<String> lines) {
        return """
        $ORIGIN %1$s.
        $TTL 3600
        @ 3600 IN SOA ns1.%1$s. hostmaster.%1$s. 1 7200 900 1209600 300
        @ 3600 IN NS ns1.%1$s.
        ns1 3600 IN A 127.0.0.1
        %2$s
        """
                .formatted(zone, String.join("\n", lines));
    }
}
