package dev.cutover.probe;

import java.util.Set;
import java.util.regex.Pattern;

/// How a question travels to a resolver.
public sealed interface Transport {

    /// One datagram each way, and TCP for what was truncated. Source: RFC 1035 section 4.2.1.
    record Udp() implements Transport {}

    /// A kept connection that carries many questions at once. Source: RFC 7766.
    record Tcp() implements Transport {}

    /// TCP inside TLS. Source: RFC 7858, RFC 8310 section 5.
    ///
    /// @param name what the certificate must be valid for: a host name or an address; empty when
    ///     only the pins count
    /// @param pins base64 of the SHA-256 of public keys (SubjectPublicKeyInfo) of which the
    /// server's
    ///     own must be one; empty when only the name counts
    record Tls(String name, Set<String> pins) implements Transport {
        private static final Pattern PIN = Pattern.compile("[A-Za-z0-9+/]{43}=");

        public Tls {
            pins = Set.copyOf(pins);
            if (name.isBlank() && pins.isEmpty()) {
                throw new IllegalArgumentException(
                        "DNS over TLS: expected a name or a pin to know the server by, seen"
                                + " neither");
            }
            for (String pin : pins) {
                if (!PIN.matcher(pin).matches()) {
                    throw new IllegalArgumentException(
                            "expected a pin of 44 characters of base64 (SHA-256), seen '"
                                    + pin
                                    + "'");
                }
            }
        }

        /// Known by its name alone.
        public static Tls named(String name) {
            return new Tls(name, Set.of());
        }
    }

    /// HTTP/2 inside TLS. Source: RFC 8484.
    ///
    /// @param host the host name of the URL, which the certificate must be valid for
    /// @param path absolute, without query, such as `/dns-query`
    /// @param method how the question is put into the request
    record Https(String host, String path, Method method) implements Transport {
        /// GET with the question in the URL, which caches understand, or POST with it as the body.
        public enum Method {
            GET,
            POST
        }

        private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:_-]{1,253}");
        private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9/._~%-]{0,200}");

        public Https {
            if (!HOST.matcher(host).matches() || !PATH.matcher(path).matches()) {
                throw new IllegalArgumentException(
                        "expected a host and an absolute path for DNS over HTTPS, seen '"
                                + host
                                + "' and '"
                                + path
                                + "'");
            }
        }
    }

    /// Where servers listen for it unless they say otherwise.
    default int usualPort() {
        return switch (this) {
            case Udp udp -> 53;
            case Tcp tcp -> 53;
            case Tls tls -> 853;
            case Https https -> 443;
        };
    }

    /// The transport as people write it.
    default String word() {
        return switch (this) {
            case Udp udp -> "udp";
            case Tcp tcp -> "tcp";
            case Tls tls -> "dot";
            case Https https -> "doh";
        };
    }
}
