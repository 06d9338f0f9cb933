package dev.cutover.lab.dns;

import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Record;

/**
 * The one key with which a zone of the lab is signed: a fresh pair on the curve P-256.
 *
 * <p>It signs keys and records alike, as a combined signing key does. Source: RFC 6605, RFC 6781 section
 * 3.1.
 */
public final class ZoneKey {
    private static final long TTL_SECONDS = 3_600;
    private static final Duration EARLY = Duration.ofHours(1);
    private static final Duration VALID = Duration.ofDays(30);

    private final KeyPair pair;
    private final DNSKEYRecord published;

    private ZoneKey(KeyPair pair, DNSKEYRecord published) {
        this.pair = pair;
        this.published = published;
    }

    /** A new key for the zone with this name; {@code .} for the root. */
    public static ZoneKey of(String origin) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            Name name = Name.fromConstantString(origin.endsWith(".") ? origin : origin + ".");
            return new ZoneKey(
                    pair,
                    new DNSKEYRecord(
                            name,
                            DClass.IN,
                            TTL_SECONDS,
                            DNSKEYRecord.Flags.ZONE_KEY | DNSKEYRecord.Flags.SEP_KEY,
                            DNSKEYRecord.Protocol.DNSSEC,
                            DNSSEC.Algorithm.ECDSAP256SHA256,
                            pair.getPublic()));
        } catch (GeneralSecurityException | DNSSEC.DNSSECException e) {
            throw new IllegalStateException("every Java runtime has P-256", e);
        }
    }

    /** What the zone above publishes so that this key is believed. */
    public ZoneRecord ds() {
        DSRecord ds =
                new DSRecord(
                        published.getName(),
                        DClass.IN,
                        TTL_SECONDS,
                        DNSSEC.Digest.SHA256,
                        published);
        return new ZoneRecord(
                published.getName().toString(true), "DS", TTL_SECONDS, ds.rdataToString());
    }

    /** The key as a line that a validator takes for an anchor. */
    public String anchor() {
        return published.getName() + " IN DNSKEY " + published.rdataToString() + "\n";
    }

    Record published() {
        return published;
    }

    /** The signature over one set, good for 30 days. */
    Record sign(List<Record> set, Instant now) {
        try {
            return DNSSEC.sign(
                    new RRset(set.toArray(Record[]::new)),
                    published,
                    pair.getPrivate(),
                    now.minus(EARLY),
                    now.plus(VALID));
        } catch (DNSSEC.DNSSECException e) {
            throw new IllegalStateException("a fresh key cannot sign " + set, e);
        }
    }
}
