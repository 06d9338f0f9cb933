package dev.cutover.lab.dns;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The loopback addresses of the lab's name system: authorities at {@code 127.77.1.n}, resolvers at
 * {@code 127.77.2.n}, visitors at {@code 127.77.3.n}.
 *
 * <p>Whoever asks from {@code 127.77.0.0/16} belongs to the lab; the controller, which binds to no
 * address of its own, comes from {@code 127.0.0.1}. So a server can tell the two apart and needs no
 * mark in the messages.
 */
public final class LabAddresses {

    private static final int AUTHORITIES = 1;
    private static final int RESOLVERS = 2;
    private static final int VISITORS = 3;

    /** Below Linux' range of ephemeral ports, so that no client socket sits on the port. */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 12_000;
    private static final int ATTEMPTS = 50;

    /** Some bind what they were given only after seconds; meanwhile nobody else must get it. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private LabAddresses() {}

    /** The address of an authoritative server; {@code number} counts from 1 to 254. */
    public static InetAddress authority(int number) {
        return address(AUTHORITIES, number);
    }

    /** The address of a resolver; {@code number} counts from 1 to 254. */
    public static InetAddress resolver(int number) {
        return address(RESOLVERS, number);
    }

    /** An address a visitor asks from; {@code number} counts from 1 to 254. */
    public static InetAddress visitor(int number) {
        return address(VISITORS, number);
    }

    /** Whether one who asks from this address belongs to the lab. */
    public static boolean isLab(InetAddress asker) {
        byte[] bytes = asker.getAddress();
        return bytes.length == 4 && bytes[0] == 127 && bytes[1] == 77;
    }

    /**
     * A port that is free at each of these addresses, for UDP and TCP, at this moment, and that nobody else in
     * this process is given.
     *
     * @throws IOException when 50 ports were tried and each was taken somewhere
     */
    public static int freePort(Collection<InetAddress> addresses) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
            if (GIVEN.add(port) && addresses.stream().allMatch(address -> isFree(address, port))) {
                return port;
            }
        }
        throw new IOException(
                "lab DNS: expected a port free at " + addresses + ", tried " + ATTEMPTS);
    }

    private static boolean isFree(InetAddress address, int port) {
        InetSocketAddress place = new InetSocketAddress(address, port);
        try (DatagramSocket udp = new DatagramSocket(place);
                ServerSocket tcp = new ServerSocket()) {
            tcp.bind(place);
            return udp.isBound() && tcp.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private static InetAddress address(int part, int number) {
        if (number < 1 || number > 254) {
            throw new IllegalArgumentException(
                    "lab DNS: expected a number from 1 to 254, got " + number);
        }
        try {
            return InetAddress.getByAddress(new byte[] {127, 77, (byte) part, (byte) number});
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }
}
