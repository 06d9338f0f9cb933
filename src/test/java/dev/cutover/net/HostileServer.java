package dev.cutover.net;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/// A server that does what a test tells it, byte by byte, on 127.0.0.1.
public final class HostileServer implements AutoCloseable {
    /// Answers one request; the connection is closed when it returns false.
    @FunctionalInterface
    public interface Script {
        boolean answer(String head, OutputStream out) throws IOException;
    }

    private static final InetAddress HERE = Literals.parse("127.0.0.1").orElseThrow();

    private final ServerSocket listening;
    private final Script script;
    private final boolean shakesHands;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<String> serverNames = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> namesToTell = new LinkedBlockingQueue<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();

    private HostileServer(ServerSocket listening, Script script, boolean shakesHands) {
        this.listening = listening;
        this.script = script;
        this.shakesHands = shakesHands;
        Thread.ofVirtual().start(this::accept);
    }

    public static HostileServer https(SSLContext context, Script script) {
        try {
            SSLServerSocket socket =
                    (SSLServerSocket)
                            context.getServerSocketFactory().createServerSocket(0, 50, HERE);
            return new HostileServer(socket, script, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static HostileServer plain(Script script) {
        try {
            return new HostileServer(new ServerSocket(0, 50, HERE), script, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Accepts connections and never says a word.
    public static HostileServer mute() {
        try {
            return new HostileServer(new ServerSocket(0, 50, HERE), (head, out) -> false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A whole small answer.
    public static byte[] page(int status, String headers, String body) {
        return ("HTTP/1.1 "
                        + status
                        + " Said\r\nContent-Type: text/html\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length
                        + "\r\n"
                        + headers
                        + "\r\n"
                        + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    public int port() {
        return listening.getLocalPort();
    }

    public InetAddress address() {
        return listening.getInetAddress();
    }

    /// The request heads seen so far.
    public List<String> heads() {
        return List.copyOf(heads);
    }

    /// The names asked for by SNI, one for each connection that had one.
    public List<String> serverNames() {
        return List.copyOf(serverNames);
    }

    /// The next name asked for by SNI, waiting for it: with TLS 1.3 a client is done before the
    /// server.
    public String nextServerName() throws InterruptedException {
        return String.valueOf(namesToTell.poll(1, TimeUnit.MINUTES));
    }

    public int connections() {
        return connections.get();
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                connections.incrementAndGet();
                open.add(socket);
                if (shakesHands) {
                    Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            if (socket instanceof SSLSocket tls) {
                tls.startHandshake();
                ((ExtendedSSLSession) tls.getSession())
                        .getRequestedServerNames()
                        .forEach(
                                n -> {
                                    String name =
                                            new String(n.getEncoded(), StandardCharsets.US_ASCII);
                                    serverNames.add(name);
                                    namesToTell.add(name);
                                });
            }
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            boolean again = true;
            while (again) {
                Optional<String> head = head(in);
                if (head.isEmpty()) {
                    return;
                }
                heads.add(head.get());
                again = script.answer(head.get(), out);
                out.flush();
            }
        } catch (IOException e) {
            // The client hung up, as it should with a server like this.
        }
    }

    private static Optional<String> head(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < 100_000) {
            int c = in.read();
            if (c < 0) {
                return Optional.empty();
            }
            text.append((char) c);
            if (text.length() >= 4 && text.substring(text.length() - 4).equals("\r\n\r\n")) {
                return Optional.of(text.toString());
            }
        }
        return Optional.empty();
    }
}
