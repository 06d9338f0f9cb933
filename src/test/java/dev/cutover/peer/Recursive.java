package dev.cutover.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/**
 * A real caching resolver from Debian's packages on loopback, which asks the given servers for everything
 * and nobody else. Serves UDP and TCP on one port, TLS and HTTPS on two more.
 */
public final class Recursive implements AutoCloseable {
    /** What its certificate is valid for. */
    public static final String NAME = "dns.acme.example";

    /** Where it serves DNS over HTTPS. */
    public static final String PATH = "/dns-query";

    private static final int PORT_TRIES = 3;
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(1);

    private final ChildServer server;
    private final InetSocketAddress plain;
    private final InetSocketAddress tls;
    private final InetSocketAddress https;

    private Recursive(
            ChildServer server,
            InetSocketAddress plain,
            InetSocketAddress tls,
            InetSocketAddress https) {
        this.server = server;
        this.plain = plain;
        this.tls = tls;
        this.https = https;
    }

    /**
     * Starts BIND.
     *
     * @param site what it calls itself (NSID)
     * @param certificate in PEM, and its key
     */
    public static Recursive bind(
            String site, List<InetSocketAddress> asked, String certificate, String key) {
        return bind(site, asked, certificate, key, "");
    }

    /** Starts BIND so that it gives an expired answer at once, says so (EDE), and asks behind that. */
    public static Recursive bindKeepingStale(
            String site, List<InetSocketAddress> asked, String certificate, String key) {
        return bind(
                site,
                asked,
                certificate,
                key,
                """
                stale-answer-enable yes;
                    stale-cache-enable yes;
                    stale-answer-client-timeout 0;
                    stale-refresh-time 0;""");
    }

    private static Recursive bind(
            String site,
            List<InetSocketAddress> asked,
            String certificate,
            String key,
            String stale) {
        return atFreePorts(() -> bindOnce(site, asked, certificate, key, stale));
    }

    private static Recursive bindOnce(
            String site,
            List<InetSocketAddress> asked,
            String certificate,
            String key,
            String stale) {
        Path program = Peers.need(Peers.program("named"), "the resolver BIND", "bind9");
        ChildServer server = new ChildServer("bind-recursive", "bind");
        server.put("cert.pem", certificate);
        server.put("key.pem", key);
        InetSocketAddress at = free();
        InetSocketAddress tls = free();
        InetSocketAddress https = free();
        String host = at.getAddress().getHostAddress();
        String forwarders =
                asked.stream()
                        .map(a -> a.getAddress().getHostAddress() + " port " + a.getPort() + ";")
                        .collect(Collectors.joining(" "));
        Path conf =
                server.put(
                        "named.conf",
                        """
                        tls own { cert-file "%1$s/cert.pem"; key-file "%1$s/key.pem"; };
                        http own { endpoints { "%8$s"; }; };
                        options {
                            directory "%1$s";
                            pid-file "%1$s/named.pid";
                            session-keyfile "%1$s/session.key";
                            listen-on port %3$d { %2$s; };
                            listen-on port %4$d tls own { %2$s; };
                            listen-on port %5$d tls own http own { %2$s; };
                            listen-on-v6 { none; };
                            query-source address 127.0.0.1;
                            server-id "%6$s";
                            recursion yes;
                            allow-query { 127.0.0.0/8; };
                            allow-recursion { 127.0.0.0/8; };
                            dnssec-validation no;
                            empty-zones-enable no;
                            forward only;
                            forwarders { %7$s };
                            max-udp-size 1232;
                            max-ncache-ttl 86400;
                            prefetch 0;
                            minimal-responses no;
                            max-cache-size 16M;
                            %9$s
                        };
                        controls { };
                        """
                                .formatted(
                                        server.folder(),
                                        host,
                                        at.getPort(),
                                        tls.getPort(),
                                        https.getPort(),
                                        site,
                                        forwarders,
                                        PATH,
                                        stale));
        started(
                server,
                at,
                at,
                List.of(program.toString(), "-g", "-n", "1", "-c", conf.toString()));
        return new Recursive(server, at, tls, https);
    }

    /** Starts Unbound; see {@link #bind}. It says what went wrong (EDE) and keeps stale answers. */
    public static Recursive unbound(
            String site, List<InetSocketAddress> asked, String certificate, String key) {
        return unbound(site, asked, certificate, key, "module-config: \"iterator\"");
    }

    /** Starts Unbound so that it passes client subnets on and keeps an answer for each network. */
    public static Recursive unboundForRegions(
            String site, List<InetSocketAddress> asked, String certificate, String key) {
        return unbound(
                site,
                asked,
                certificate,
                key,
                """
                module-config: "subnetcache iterator"
                  send-client-subnet: 127.0.0.0/8
                  client-subnet-always-forward: no
                  max-client-subnet-ipv4: 24""");
    }

    private static Recursive unbound(
            String site,
            List<InetSocketAddress> asked,
            String certificate,
            String key,
            String modules) {
        return atFreePorts(() -> unboundOnce(site, asked, certificate, key, modules));
    }

    private static Recursive unboundOnce(
            String site,
            List<InetSocketAddress> asked,
            String certificate,
            String key,
            String modules) {
        Path program = Peers.need(Peers.program("unbound"), "the resolver Unbound", "unbound");
        ChildServer server = new ChildServer("unbound-recursive", "unbound");
        server.put("cert.pem", certificate);
        server.put("key.pem", key);
        InetSocketAddress at = free();
        InetSocketAddress tls = free();
        InetSocketAddress https = free();
        String host = at.getAddress().getHostAddress();
        String forwarders =
                asked.stream()
                        .map(
                                a ->
                                        "  forward-addr: %s@%d\n"
                                                .formatted(
                                                        a.getAddress().getHostAddress(),
                                                        a.getPort()))
                        .collect(Collectors.joining());
        Path conf =
                server.put(
                        "unbound.conf",
                        """
                        server:
                          directory: "%1$s"
                          chroot: ""
                          username: ""
                          pidfile: ""
                          do-daemonize: no
                          use-syslog: no
                          logfile: ""
                          num-threads: 1
                          interface: %2$s@%3$d
                          interface: %2$s@%4$d
                          interface: %2$s@%5$d
                          port: %3$d
                          tls-port: %4$d
                          https-port: %5$d
                          tls-service-pem: "%1$s/cert.pem"
                          tls-service-key: "%1$s/key.pem"
                          http-endpoint: "%8$s"
                          outgoing-interface: 127.0.0.1
                          do-ip6: no
                          do-not-query-localhost: no
                          access-control: 127.0.0.0/8 allow
                          %9$s
                          nsid: "ascii_%6$s"
                          max-udp-size: 1232
                          serve-expired: yes
                          serve-expired-client-timeout: 300
                          ede: yes
                          ede-serve-expired: yes
                          outgoing-range: 256
                          num-queries-per-thread: 128
                        remote-control:
                          control-enable: no
                        forward-zone:
                          name: "."
                          forward-first: no
                        %7$s"""
                                .formatted(
                                        server.folder(),
                                        host,
                                        at.getPort(),
                                        tls.getPort(),
                                        https.getPort(),
                                        site,
                                        forwarders,
                                        PATH,
                                        modules));
        started(server, https, at, List.of(program.toString(), "-d", "-c", conf.toString()));
        return new Recursive(server, at, tls, https);
    }

    /** Somebody may take a port between the look and the server's own. */
    private static Recursive atFreePorts(Supplier<Recursive> start) {
        for (int left = PORT_TRIES; ; left--) {
            try {
                return start.get();
            } catch (UncheckedIOException e) {
                if (left == 1 || !String.valueOf(e.getMessage()).contains("in use")) {
                    throw e;
                }
            }
        }
    }

    /**
     * Waits until it answers by TCP: a kernel takes connections before a server does. Leaves nothing behind
     * of one that does not start.
     */
    private static void started(
            ChildServer server,
            InetSocketAddress last,
            InetSocketAddress plain,
            List<String> command) {
        boolean up = false;
        try {
            server.start(last, command);
            long until = System.nanoTime() + ANSWER_LIMIT.toNanos();
            while (!answers(plain)) {
                if (System.nanoTime() - until > 0) {
                    throw new UncheckedIOException(
                            new IOException(plain + " does not answer; it said: " + server.log()));
                }
                ChildServer.pause();
            }
            up = true;
        } finally {
            if (!up) {
                server.close();
            }
        }
    }

    /** Asked for its own name (RFC 4892), which it asks nobody for. */
    private static boolean answers(InetSocketAddress plain) {
        SimpleResolver resolver = new SimpleResolver(plain);
        resolver.setTCP(true);
        resolver.setTimeout(Duration.ofSeconds(1));
        try {
            Name self = Name.fromConstantString("id.server.");
            Message unused =
                    resolver.send(Message.newQuery(Record.newRecord(self, Type.TXT, DClass.CH)));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** BIND listens on addresses of an interface only, and loopback's has this one. */
    private static InetSocketAddress free() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), ChildServer.freePort());
    }

    /** Where it serves UDP and TCP. */
    public InetSocketAddress plain() {
        return plain;
    }

    /** Where it serves DNS over TLS. */
    public InetSocketAddress tls() {
        return tls;
    }

    /** Where it serves DNS over HTTPS. */
    public InetSocketAddress https() {
        return https;
    }

    /** What it said so far. */
    public String log() {
        return server.log();
    }

    @Override
    public void close() {
        server.close();
    }
}
