package dev.cutover.wiring;

import java.util.Optional;
import java.util.UUID;

/**
 * Who we are in leases.
 *
 * @param value the name
 * @param alone whether the database is ours alone, so that no other node can be there
 */
record NodeName(String value, boolean alone) {
    private static final String ONLY_NODE = "only-node";

    /** The configured name; the same one at every start where we are alone; else one made up for this process. */
    static NodeName of(Optional<String> configured) {
        boolean alone = Boolean.getBoolean(Serve.ONE_NODE);
        String otherwise =
                alone ? ONLY_NODE : "node-" + UUID.randomUUID().toString().substring(0, 8);
        return new NodeName(configured.orElse(otherwise), alone);
    }
}
