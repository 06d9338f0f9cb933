package dev.cutover.notify;

import dev.cutover.net.Secret;
import dev.cutover.port.PortException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A webhook's symmetric key, {@code whsec_} and base64 of 24 to 64 bytes.
 *
 * <p>Source: Standard Webhooks 1.0, "Signature scheme".
 */
final class SigningKey {
    private static final String PREFIX = "whsec_";
    private static final int FEWEST_BYTES = 24;
    private static final int MOST_BYTES = 64;
    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] key;

    private SigningKey(byte[] key) {
        this.key = key;
    }

    /**
     * Reads a key.
     *
     * @param reference what it was resolved from, for messages
     * @throws PortException DENIED when it has not that form; the message never shows the value
     */
    static SigningKey of(String reference, Secret secret) {
        String text = secret.reveal();
        if (!text.startsWith(PREFIX)) {
            throw malformed(reference, "something without that prefix");
        }
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            // The cause is left out: a decoder's message may quote what it read.
            throw malformed(reference, "no base64 behind that prefix");
        }
        if (key.length < FEWEST_BYTES || key.length > MOST_BYTES) {
            throw malformed(reference, key.length + " bytes");
        }
        return new SigningKey(key);
    }

    private static PortException malformed(String reference, String seen) {
        return PortException.denied(
                "webhook secret "
                        + reference
                        + ": expected "
                        + PREFIX
                        + " and base64 of "
                        + FEWEST_BYTES
                        + " to "
                        + MOST_BYTES
                        + " bytes, seen "
                        + seen
                        + "; nothing was sent. Make one with: echo whsec_$(openssl rand -base64 32)");
    }

    /** The signature's text, {@code v1,} and base64, over what is signed. */
    String sign(String id, long timestampSeconds, String body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            byte[] signed =
                    (id + "." + timestampSeconds + "." + body).getBytes(StandardCharsets.UTF_8);
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
