package dev.cutover.probe;

import java.security.SecureRandom;

/// Gives each query what a stranger would have to guess: an id, and the case of its letters.
///
/// Used by the I/O thread only. Source: RFC 5452 section 9.2; draft-vixie-dnsext-dns0x20.
final class Disguise {

    private final SecureRandom random = new SecureRandom();
    private final byte[] bytes = new byte[512];
    private int at = bytes.length;

    /// Signed queries stay as they are.
    void putOn(Exchange exchange, ResolverLine line) {
        if (exchange.fixed) {
            exchange.id = Wire.id(exchange.query);
            return;
        }
        do {
            exchange.id = randomShort();
        } while (line.outstanding.containsKey(exchange.id));
        Wire.setId(exchange.query, exchange.id);
        exchange.mixed = !line.foldsCase;
        if (exchange.mixed) {
            long high = (long) randomShort() << 48 | (long) randomShort() << 32;
            Wire.mixCase(exchange.query, high | (long) randomShort() << 16 | randomShort());
        }
    }

    private int randomShort() {
        if (at == bytes.length) {
            random.nextBytes(bytes);
            at = 0;
        }
        int two = ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
        at += 2;
        return two;
    }
}
