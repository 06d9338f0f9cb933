package dev.cutover.net;

import dev.cutover.port.Deadline;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Where to connect for a host name. Asked anew on each redirect hop. */
@FunctionalInterface
public interface Directions {
    /** The addresses of a host, within the deadline. */
    Found find(String host, Deadline deadline);

    /** What was found. */
    sealed interface Found {
        /**
         * Addresses to try in this order, at least one.
         *
         * @param port to connect to instead of the asked URL's, 1 to 65535; empty for that
         * @param hostHeader to send instead of the URL's host; empty for that
         * @param tlsName to ask for by SNI and to expect in the certificate; empty for the host header
         */
        record At(
                List<InetAddress> addresses,
                Optional<Integer> port,
                Optional<String> hostHeader,
                Optional<String> tlsName)
                implements Found {
            public At {
                addresses = List.copyOf(addresses);
            }

            /** Addresses asked for nothing else than the URL says. */
            public At(List<InetAddress> addresses) {
                this(addresses, Optional.empty(), Optional.empty(), Optional.empty());
            }

            /** The name of the handshake when that host is asked for. */
            public String tlsName(String host) {
                return tlsName.or(() -> hostHeader).orElse(host);
            }
        }

        /** The name has no pin, and pins are all there is. */
        record OffThePin() implements Found {}

        /** No address; why. */
        record Nowhere(String why) implements Found {}
    }

    /** Always that one address, whatever the host. */
    static Directions to(InetAddress address) {
        return (host, deadline) -> new Found.At(List.of(address));
    }

    /**
     * What the system resolves: only for endpoints an operator configured, never for a site that is
     * looked at.
     */
    static Directions bySystem() {
        return (host, deadline) -> {
            var literal = Literals.parse(host);
            if (literal.isPresent()) {
                return new Found.At(List.of(literal.get()));
            }
            CompletableFuture<InetAddress[]> found = new CompletableFuture<>();
            // The system's resolver cannot be given a deadline, so it is asked on a thread of its
            // own that is left behind when it takes too long.
            Thread unused =
                    Thread.ofVirtual()
                            .name("resolve-" + host)
                            .start(
                                    () -> {
                                        try {
                                            found.complete(InetAddress.getAllByName(host));
                                        } catch (UnknownHostException e) {
                                            found.completeExceptionally(e);
                                        }
                                    });
            try {
                return new Found.At(
                        Arrays.asList(
                                found.get(deadline.left().toMillis(), TimeUnit.MILLISECONDS)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Found.Nowhere("interrupted");
            } catch (ExecutionException e) {
                return new Found.Nowhere("the system knows no address for " + host);
            } catch (TimeoutException e) {
                return new Found.Nowhere("the system did not resolve " + host + " in time");
            }
        };
    }
}
