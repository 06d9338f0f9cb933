package dev.cutover.probe;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The DNS cookies this engine shows to servers, and what they gave back.
///
/// One client cookie per address, so that two servers cannot know us by it. Source: RFC 7873, RFC
/// 9018.
final class Cookies {

    private static final int CLIENT_BYTES = 8;
    private static final int SHORTEST_SERVER = 8;
    private static final int LONGEST_SERVER = 32;
    private static final int MOST_ADDRESSES = 4_096;

    private final Map<InetSocketAddress, byte[]> shown = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();

    /// What to show to that server: our cookie, and its own when it gave one.
    byte[] toShow(InetSocketAddress server) {
        if (shown.size() > MOST_ADDRESSES) {
            shown.clear(); // they are given again
        }
        return shown.computeIfAbsent(server, fresh -> clientCookie()).clone();
    }

    private byte[] clientCookie() {
        byte[] bytes = new byte[CLIENT_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    /// Remembers what a reply that came to our cookie carries.
    void learn(InetSocketAddress server, byte[] cookie) {
        int given = cookie.length - CLIENT_BYTES;
        if (given >= SHORTEST_SERVER && given <= LONGEST_SERVER) {
            shown.computeIfPresent(
                    server, (at, ours) -> isFor(cookie, ours) ? cookie.clone() : ours);
        }
    }

    /// Whether the client's part of a cookie is the one we showed.
    static boolean isFor(byte[] cookie, byte[] shown) {
        return cookie.length >= CLIENT_BYTES
                && Arrays.equals(cookie, 0, CLIENT_BYTES, shown, 0, CLIENT_BYTES);
    }
}
