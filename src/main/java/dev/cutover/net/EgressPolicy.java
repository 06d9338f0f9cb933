package dev.cutover.net;

import dev.cutover.port.PortException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which addresses may be contacted: the public ones, and what an allow-list opens.
 *
 * <p>A plan names hosts, and whoever controls their DNS chooses the addresses; without this policy
 * the controller could be made to ask the network it stands in. So it judges the address that is
 * about to be connected to, not the name. Metadata addresses of clouds are opened only by an entry
 * that names that one address. IPv6 forms that carry an IPv4 address are judged by it too.
 *
 * <p>Source: IANA special-purpose address registries (RFC 6890), metadata addresses as documented
 * by their clouds, 2026-11.
 */
public final class EgressPolicy {
    private static final List<Cidr> METADATA =
            blocks(
                    "169.254.169.254",
                    "169.254.170.2",
                    "169.254.170.23",
                    "100.100.100.200",
                    "168.63.129.16",
                    "192.0.0.192",
                    "fd00:ec2::254",
                    "fd00:ec2::23");

    private static final Map<String, List<Cidr>> CLOSED =
            Map.of(
                    "loopback", blocks("127.0.0.0/8", "::1"),
                    "unspecified", blocks("0.0.0.0/8", "::"),
                    "private",
                            blocks(
                                    "10.0.0.0/8",
                                    "172.16.0.0/12",
                                    "192.168.0.0/16",
                                    "100.64.0.0/10",
                                    "fc00::/7",
                                    "fec0::/10"),
                    "link-local", blocks("169.254.0.0/16", "fe80::/10"),
                    "multicast", blocks("224.0.0.0/4", "ff00::/8"),
                    "reserved", blocks("192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "100::/64"));

    private static final Cidr NAT64 = Cidr.parse("64:ff9b::/96");
    private static final Cidr COMPATIBLE = Cidr.parse("::/96");
    private static final Cidr SIX_TO_FOUR = Cidr.parse("2002::/16");

    private final List<Cidr> opened;

    /** A policy that opens these blocks beside the public addresses. */
    public EgressPolicy(List<Cidr> opened) {
        this.opened = List.copyOf(opened);
    }

    /** A policy from configuration: blocks such as {@code 127.0.0.0/8}; empty opens nothing. */
    public static EgressPolicy opening(List<String> blocks) {
        return new EgressPolicy(blocks.stream().map(Cidr::parse).toList());
    }

    /** What kind of closed address this is, or empty when it may be contacted. */
    public Optional<String> closed(InetAddress address) {
        return kind(address)
                .or(() -> carried(address).flatMap(this::kind).map(k -> k + " inside IPv6"));
    }

    /**
     * Passes when the address may be contacted for that host.
     *
     * @throws PortException DENIED when not
     */
    public void check(String host, InetAddress address) {
        Optional<String> kind = closed(address);
        if (kind.isPresent()) {
            throw PortException.denied(refusal(host, address, kind.get()));
        }
    }

    /** The words for a refusal: host, address, kind, and what would open it. */
    static String refusal(String host, InetAddress address, String kind) {
        String literal = address.getHostAddress();
        return (host.equals(literal) ? literal : host + " at " + literal)
                + ": not contacted, that is a "
                + kind
                + " address; nothing was sent. If it is meant, add it to cutover.egress.allow";
    }

    private Optional<String> kind(InetAddress address) {
        for (Cidr one : METADATA) {
            if (one.contains(address)) {
                boolean named = opened.stream().anyMatch(o -> o.isSingle() && o.contains(address));
                return named ? Optional.empty() : Optional.of("cloud metadata");
            }
        }
        if (opened.stream().anyMatch(o -> o.contains(address))) {
            return Optional.empty();
        }
        return CLOSED.entrySet().stream()
                .filter(e -> e.getValue().stream().anyMatch(block -> block.contains(address)))
                .map(Map.Entry::getKey)
                .sorted()
                .findFirst();
    }

    /** The IPv4 address that an IPv6 address stands for, by translation or tunnel. */
    private static Optional<InetAddress> carried(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (NAT64.contains(address) || COMPATIBLE.contains(address)) {
            return Optional.of(ipv4(bytes, 12));
        }
        return SIX_TO_FOUR.contains(address) ? Optional.of(ipv4(bytes, 2)) : Optional.empty();
    }

    private static InetAddress ipv4(byte[] bytes, int from) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, from, from + 4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an IPv4 address", e);
        }
    }

    private static List<Cidr> blocks(String... texts) {
        return Arrays.stream(texts).map(Cidr::parse).collect(Collectors.toUnmodifiableList());
    }
}
