package dev.cutover.lab.peer;

import dev.cutover.lab.LabClock;
import dev.cutover.lab.dns.CachingResolver.Place;
import dev.cutover.lab.dns.LabAddresses;
import dev.cutover.lab.dns.ResolverFleet;
import dev.cutover.lab.dns.StubResolver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Unbound processes in the places of the lab's resolvers. They ask the lab's authorities for everything
 * and nobody else, and speak from loopback addresses, so that no packet leaves the machine.
 *
 * <p>Their clock is the system's, and nobody can set it ahead as the lab's. So a jump of the lab makes
 * them forget all they hold. After a jump longer than a TTL that is what time would have done; after a
 * shorter one it is a cache that forgets early, which caches may (a TTL is the longest time to keep an
 * answer, RFC 1035 section 3.2.1). Between jumps the lab's seconds are the system's, and so are TTLs.
 * What a jump cannot show with them is a cache that still holds an old answer after it; the lab's own
 * resolvers show that.
 */
public final class UnboundResolvers implements AutoCloseable {
    private static final Duration CONTROL_LIMIT = Duration.ofSeconds(30);
    private static final Duration ASK_LIMIT = Duration.ofMillis(300);

    private final List<Resolver> resolvers;

    private record Resolver(Place place, Path conf, PeerProcess process) {}

    private UnboundResolvers(List<Resolver> resolvers) {
        this.resolvers = List.copyOf(resolvers);
    }

    /**
     * Starts so many resolvers with empty caches, the first at {@code 127.77.2.1}; they forget at every
     * jump of the clock.
     *
     * @param folder for a folder of each
     * @param port the port of all of them
     * @param authorities whom they ask
     * @throws IOException when one does not start; then none is left running
     */
    public static UnboundResolvers start(
            Path folder, int count, int port, List<InetSocketAddress> authorities, LabClock clock)
            throws IOException {
        List<Resolver> started = new ArrayList<>();
        try {
            for (int number = 1; number <= count; number++) {
                Place place = ResolverFleet.place(number, port);
                Path own = Files.createDirectories(folder.resolve("unbound-" + place.name()));
                Path conf =
                        Files.writeString(
                                own.resolve("unbound.conf"), conf(place, own, authorities));
                PeerProcess process =
                        PeerProcess.start(
                                "unbound-" + place.name(),
                                PeerProgram.UNBOUND,
                                own,
                                List.of("-d", "-c", conf.toString()));
                started.add(new Resolver(place, conf, process));
            }
            for (Resolver resolver : started) {
                resolver.process.awaitReady(() -> answers(resolver.place.address()));
            }
        } catch (IOException | RuntimeException e) {
            started.forEach(r -> r.process.close());
            throw e;
        }
        UnboundResolvers all = new UnboundResolvers(started);
        clock.onJump((distance, offset) -> all.forget());
        return all;
    }

    private static boolean answers(InetSocketAddress address) {
        // The provider's zone is always there, whatever zones a lab has beside it.
        return new StubResolver(address, LabAddresses.visitor(1), ASK_LIMIT).ask("dns.lab", "NS")
                instanceof StubResolver.Answer.Found;
    }

    private static String conf(Place place, Path own, List<InetSocketAddress> authorities) {
        String address = place.address().getAddress().getHostAddress();
        String asked =
                authorities.stream()
                        .map(
                                a ->
                                        "  forward-addr: %s@%d\n"
                                                .formatted(
                                                        a.getAddress().getHostAddress(),
                                                        a.getPort()))
                        .collect(Collectors.joining());
        return """
        server:
          directory: "%1$s"
          chroot: ""
          username: ""
          pidfile: ""
          do-daemonize: no
          use-syslog: no
          logfile: ""
          num-threads: 1
          interface: %2$s
          port: %3$d
          outgoing-interface: %2$s
          do-ip6: no
          do-not-query-localhost: no
          access-control: 0.0.0.0/0 refuse
          access-control: 127.0.0.0/8 allow
          # No anchors: the lab's zones are not signed.
          module-config: "iterator"
          nsid: "ascii_%4$s"
          edns-buffer-size: 1232
          max-udp-size: 1232
          # What the authority says, no more and no less.
          cache-min-ttl: 0
          cache-max-ttl: 86400
          cache-max-negative-ttl: 86400
          serve-expired: no
          prefetch: no
          msg-cache-size: 1m
          rrset-cache-size: 1m
          outgoing-range: 256
          num-queries-per-thread: 128
        remote-control:
          control-enable: yes
          control-use-cert: no
          control-interface: "%1$s/control"
        forward-zone:
          name: "."
          forward-first: no
        %5$s"""
                .formatted(own, address, place.address().getPort(), place.name(), asked);
    }

    /** Who and where they are, in the order of their number. */
    public List<Place> places() {
        return resolvers.stream().map(Resolver::place).toList();
    }

    /** Empties every cache that still runs. */
    public void forget() {
        for (Resolver resolver : resolvers) {
            if (resolver.process.isAlive()) {
                control(resolver, "flush_zone", ".");
            }
        }
    }

    private static void control(Resolver resolver, String... words) {
        List<String> command = new ArrayList<>();
        try {
            command.add(PeerProcess.path(PeerProgram.UNBOUND_CONTROL).toString());
            command.addAll(List.of("-c", resolver.conf.toString()));
            command.addAll(List.of(words));
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            boolean over = process.waitFor(CONTROL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (!over || process.exitValue() != 0) {
                process.destroyForcibly();
                String said =
                        over
                                ? new String(
                                        process.getInputStream().readNBytes(1_000),
                                        StandardCharsets.UTF_8)
                                : "no answer in " + CONTROL_LIMIT;
                throw new IllegalStateException(String.join(" ", command) + ": " + said);
            }
        } catch (IOException e) {
            throw new IllegalStateException(String.join(" ", command) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        resolvers.forEach(r -> r.process.close());
    }
}
