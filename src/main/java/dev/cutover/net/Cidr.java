package dev.cutover.net;

import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A block of addresses of one family, such as {@code 127.0.0.0/8}.
 *
 * @param first the block's first address
 * @param bits how many leading bits are fixed: 0 to 32, or 0 to 128 for IPv6
 */
public record Cidr(InetAddress first, int bits) {
    public Cidr {
        int width = first.getAddress().length * 8;
        if (bits < 0 || bits > width) {
            throw new IllegalArgumentException(
                    "a block of %s has 0 to %d fixed bits, seen %d"
                            .formatted(first.getHostAddress(), width, bits));
        }
        BigInteger host = BigInteger.ONE.shiftLeft(width - bits).subtract(BigInteger.ONE);
        if (new BigInteger(1, first.getAddress()).and(host).signum() != 0) {
            throw new IllegalArgumentException(
                    "%s/%d is no block: bits are set behind the first %d"
                            .formatted(first.getHostAddress(), bits, bits));
        }
    }

    /**
     * Reads {@code address/bits}; a bare address is a block of one.
     *
     * @throws IllegalArgumentException when the text is neither; the message says what was seen
     */
    public static Cidr parse(String text) {
        String block = text.strip();
        int slash = block.indexOf('/');
        String address = slash < 0 ? block : block.substring(0, slash);
        InetAddress first =
                Literals.parse(address)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "expected a block such as 127.0.0.0/8, seen '"
                                                        + text
                                                        + "'"));
        String bits =
                slash < 0
                        ? Integer.toString(first.getAddress().length * 8)
                        : block.substring(slash + 1);
        if (!bits.matches("\\d{1,3}")) {
            throw new IllegalArgumentException(
                    "expected a block such as 127.0.0.0/8, seen '" + text + "'");
        }
        return new Cidr(first, Integer.parseInt(bits));
    }

    /** Whether the address lies in this block; never for the other family. */
    public boolean contains(InetAddress address) {
        byte[] mine = first.getAddress();
        byte[] other = address.getAddress();
        return mine.length == other.length
                && new BigInteger(1, mine)
                                .xor(new BigInteger(1, other))
                                .shiftRight(mine.length * 8 - bits)
                                .signum()
                        == 0;
    }

    /** Whether it holds exactly one address. */
    public boolean isSingle() {
        return bits == first.getAddress().length * 8;
    }

    @Override
    public String toString() {
        return first.getHostAddress() + "/" + bits;
    }
}
