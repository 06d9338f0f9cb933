package dev.cutover.lab.world;

import dev.cutover.lab.dns.LabAddresses;
import dev.cutover.lab.dns.StubResolver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The people behind every resolver: they ask for the site's names now and then, so that caches hold what
 * caches hold in the world when a switch comes.
 */
final class Crowd implements AutoCloseable {
    private static final Duration ROUND = Duration.ofSeconds(15);

    private final List<InetSocketAddress> resolvers;
    private final List<String> names;
    private volatile boolean closed;

    Crowd(List<InetSocketAddress> resolvers, List<String> names) {
        this.resolvers = List.copyOf(resolvers);
        this.names = List.copyOf(names);
    }

    /** Lets them ask until closed: each resolver for each name once a round, spread over it. */
    void start() {
        for (InetSocketAddress resolver : resolvers) {
            StubResolver stub =
                    new StubResolver(resolver, LabAddresses.visitor(2), Duration.ofMillis(500));
            Thread.ofVirtual().name("lab-crowd").start(() -> ask(stub));
        }
    }

    private void ask(StubResolver stub) {
        Duration pause = ROUND.dividedBy(names.size());
        while (!closed) {
            for (String name : names) {
                if (closed) {
                    return;
                }
                stub.ask(name, "A");
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
