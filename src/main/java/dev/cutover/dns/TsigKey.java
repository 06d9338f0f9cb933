package dev.cutover.dns;

import dev.cutover.core.dns.DnsName;
import dev.cutover.net.Secret;
import dev.cutover.port.PortException;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;
import org.xbill.DNS.Name;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TextParseException;

/**
 * The key that signs what is said to a name server, as its secret holds it: {@code
 * algorithm:name:base64}, such as {@code hmac-sha256:cutover:c2VjcmV0...}. That is also how {@code
 * keymgr -t} and {@code tsig-keygen} users pass keys to {@code kdig -y} and {@code dig -y}.
 *
 * <p>Source: RFC 8945 section 6; the MD5 and SHA-1 algorithms are not taken.
 *
 * @param name the key's name, as both ends must have it
 * @param algorithm such as {@code hmac-sha256}
 * @param tsig signs and verifies; holds the secret
 */
record TsigKey(String name, String algorithm, TSIG tsig) {
    private static final Map<String, String> MACS =
            Map.of(
                    "hmac-sha224", "HmacSHA224",
                    "hmac-sha256", "HmacSHA256",
                    "hmac-sha384", "HmacSHA384",
                    "hmac-sha512", "HmacSHA512");

    /** Shorter secrets can be guessed. Source: RFC 8945 section 8, at least 128 bits. */
    private static final int FEWEST_BYTES = 16;

    /**
     * Reads a key.
     *
     * @param reference where the secret came from; messages name it and never what it holds
     * @throws PortException DENIED when the secret holds no such key
     */
    static TsigKey parse(Secret secret, String reference) {
        String[] parts = secret.reveal().split(":", -1);
        if (parts.length != 3) {
            throw wrong(reference, "has " + parts.length + " parts between colons");
        }
        String algorithm = parts[0].toLowerCase(Locale.ROOT);
        String mac = MACS.get(algorithm);
        if (mac == null) {
            throw wrong(
                    reference, "begins with none of " + MACS.keySet().stream().sorted().toList());
        }
        byte[] bytes;
        Name name;
        try {
            name = Name.fromString(new DnsName(parts[1]) + ".");
        } catch (IllegalArgumentException | TextParseException e) {
            throw wrong(reference, "has no usable name in its middle");
        }
        try {
            bytes = Base64.getDecoder().decode(parts[2]);
        } catch (IllegalArgumentException e) {
            throw wrong(reference, "does not end in base64");
        }
        if (bytes.length < FEWEST_BYTES) {
            throw wrong(reference, "has a secret shorter than " + FEWEST_BYTES + " bytes");
        }
        Name wireName = TSIG.algorithmToName(mac);
        return new TsigKey(
                name.toString(true),
                algorithm,
                new TSIG(wireName, name, new SecretKeySpec(bytes, mac)));
    }

    private static PortException wrong(String reference, String seen) {
        return PortException.denied(
                "secret "
                        + reference
                        + ": expected a key as algorithm:name:base64, such as hmac-sha256:cutover:...;"
                        + " what stands there "
                        + seen
                        + " (not shown: it is a secret)");
    }

    /** Key and algorithm; never the secret. */
    @Override
    public String toString() {
        return "key " + name + " (" + algorithm + ")";
    }
}
