package dev.cutover.lab.peer;

import dev.cutover.lab.site.LabCertificates;
import dev.cutover.lab.site.LabCertificates.Identity;
import dev.cutover.lab.site.Origin;
import dev.cutover.lab.site.WebServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An nginx process in the place of one of the lab's origins: the same folder, names, certificates, marks
 * and redirects, and the same word about orders.
 *
 * <p>What can be done to it is a file whose presence its configuration asks for at each request, so that
 * it takes effect at once and no reload has to be waited for. The folder it serves must be readable by the
 * user {@code www-data} where we are root.
 */
public final class NginxOrigin implements WebServer {
    private static final List<Integer> FAILURES = List.of(500, 502, 503, 504);
    private static final int CONNECT_MILLIS = 300;

    private final Path own;
    private final PeerProcess process;

    private NginxOrigin(Path own, PeerProcess process) {
        this.own = own;
        this.process = process;
    }

    /**
     * Starts to serve; returns when connections are taken.
     *
     * @param folder for its configuration, keys and log; created
     * @param setup what an origin is; the port must be given
     * @param byDefault presented to names without a certificate of their own
     * @param byName certificates by host name
     * @param redirects old path to new path
     * @throws IOException when it does not start, with what it said
     */
    public static NginxOrigin start(
            Path folder,
            Origin.Setup setup,
            Identity byDefault,
            Map<String, Identity> byName,
            Map<String, String> redirects)
            throws IOException {
        Path own = Files.createDirectories(folder.resolve("nginx-" + setup.side()));
        Path flags = Files.createDirectories(own.resolve("flags"));
        NginxConf conf = new NginxConf(setup, own, flags, FAILURES, redirects);
        write(own, NginxConf.DEFAULT, byDefault);
        for (Map.Entry<String, Identity> name : byName.entrySet()) {
            write(own, name.getKey(), name.getValue());
        }
        Path file = Files.writeString(own.resolve("nginx.conf"), conf.text(byName.keySet()));
        PeerProcess process =
                PeerProcess.start(
                        "nginx-" + setup.side(),
                        PeerProgram.NGINX,
                        own,
                        // Its built-in log folder belongs to root.
                        List.of("-e", "stderr", "-p", own + "/", "-c", file.toString()));
        try {
            process.awaitReady(() -> connects(setup));
        } catch (IOException e) {
            process.close();
            throw e;
        }
        return new NginxOrigin(own, process);
    }

    private static void write(Path own, String name, Identity identity) throws IOException {
        Files.writeString(own.resolve(name + ".key"), LabCertificates.pem(identity.key()));
        Files.writeString(own.resolve(name + ".pem"), LabCertificates.pem(identity.certificate()));
    }

    private static boolean connects(Origin.Setup setup) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(setup.address(), setup.port()), CONNECT_MILLIS);
            return socket.isConnected();
        }
    }

    @Override
    public void failing(int status) {
        if (!FAILURES.contains(status)) {
            throw new IllegalArgumentException("expected one of " + FAILURES + ", got " + status);
        }
        FAILURES.forEach(known -> flag(NginxConf.FAIL + known, known == status));
    }

    @Override
    public void robotsBlocked(boolean blocked) {
        flag(NginxConf.ROBOTS_BLOCKED, blocked);
    }

    @Override
    public void noindex(boolean told) {
        flag(NginxConf.NOINDEX, told);
    }

    @Override
    public void readOnly(boolean fenced) {
        flag(NginxConf.READ_ONLY, fenced);
    }

    @Override
    public void repair() {
        FAILURES.forEach(known -> flag(NginxConf.FAIL + known, false));
        robotsBlocked(false);
        noindex(false);
    }

    private void flag(String name, boolean up) {
        Path file = own.resolve("flags").resolve(name);
        try {
            if (up) {
                Files.write(file, new byte[0]);
            } else {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell nginx by the file " + file, e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
