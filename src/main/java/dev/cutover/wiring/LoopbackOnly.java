package dev.cutover.wiring;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Refuses borrowed time unless what it would write to is on this machine's loopback. */
final class LoopbackOnly {
    private LoopbackOnly() {}

    /**
     * Checks the lab's clock, the provider, the engine, the store of images and receivers of webhooks.
     *
     * @throws IllegalStateException naming the first that is elsewhere
     */
    static void check(Settings settings) {
        List<Optional<URI>> endpoints = new ArrayList<>();
        endpoints.add(settings.clock().offsetUrl());
        endpoints.add(Optional.of(settings.cloudflare().url()));
        endpoints.add(settings.engine().url());
        endpoints.add(settings.images().url());
        settings.webhooks().values().forEach(w -> endpoints.add(Optional.of(w.url())));
        for (Optional<URI> endpoint : endpoints) {
            endpoint.ifPresent(LoopbackOnly::check);
        }
    }

    /** Whether an address is on this machine's loopback. */
    static boolean holds(URI endpoint) {
        return String.valueOf(endpoint.getHost())
                .matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1]|localhost");
    }

    private static void check(URI endpoint) {
        if (!holds(endpoint)) {
            throw new IllegalStateException(
                    "cutover.clock.offset-url is for the lab: expected every endpoint on loopback, seen "
                            + endpoint
                            + "; unset the one or the other");
        }
    }
}
