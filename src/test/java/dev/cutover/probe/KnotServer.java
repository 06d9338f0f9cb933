package dev.cutover.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Knot's authoritative server with one UDP worker, on every address of [ProbeLoad] that answers.
final class KnotServer implements AutoCloseable {

    static final String PROGRAM = "knotd";
    private final Process process;
    private final int port;

    KnotServer(Path folder, int port) throws IOException {
        this.port = port;
        StringBuilder zone = new StringBuilder("$ORIGIN acme.example.\n$TTL 300\n");
        zone.append("@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.53\n");
        for (int i = 0; i < ProbeLoad.NAMES; i++) {
            zone.append("n").append(i).append(" A 192.0.2.").append(i % 250).append('\n');
        }
        Files.writeString(folder.resolve("acme.example.zone"), zone);
        StringBuilder listen = new StringBuilder("127.0.0.1@" + port);
        for (int i = 0; i < ProbeLoad.RESOLVERS; i++) {
            if (!ProbeLoad.isSilent(i)) {
                listen.append(", ")
                        .append(ProbeLoad.resolver(i, port).getHostString())
                        .append('@')
                        .append(port);
            }
        }
        Path configuration =
                Files.writeString(
                        folder.resolve("knot.conf"),
                        """
                        server:
                          rundir: "%1$s"
                          listen: [ %2$s ]
                          udp-workers: 1
                          tcp-workers: 1
                          background-workers: 1
                        log:
                          - target: "%1$s/knot.log"
                            any: warning
                        database:
                          storage: "%1$s"
                        zone:
                          - domain: acme.example
                            storage: "%1$s"
                            file: acme.example.zone
                            zonefile-sync: -1
                            journal-content: none
                        """
                                .formatted(folder, listen));
        process =
                new ProcessBuilder(PROGRAM, "-c", configuration.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("knot.out").toFile())
                        .start();
    }

    void awaitAnswers() throws Exception {
        var question = new Question("n1.acme.example", org.xbill.DNS.Type.A, true);
        var last =
                new Resolver(
                        "last", ProbeLoad.resolver(ProbeLoad.RESOLVERS - 1, port), "bench", "-");
        try (var engine = new ProbeEngine()) {
            for (int i = 0; i < 100; i++) {
                Round round = engine.ask(List.of(last), List.of(question), ProbeLoad.ROUND_TIMEOUT);
                if (round.results().getFirst().answer() instanceof Answer.Answered) {
                    return;
                }
                if (!process.isAlive()) {
                    break;
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
        throw new IOException(PROGRAM + " does not answer");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
