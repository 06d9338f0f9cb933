package dev.cutover.probe;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/// A name server by TCP or TLS that keeps its connections and does what a test tells it.
final class StreamServer implements AutoCloseable {

    /// What to do with one question.
    interface OnQuestion {
        void handle(byte[] query, Line line) throws Exception;
    }

    /// The way back on one connection.
    record Line(Socket socket, OutputStream out) {
        void send(byte[] message) throws IOException {
            synchronized (out) {
                out.write(LoopbackServer.framed(message));
                out.flush();
            }
        }
    }

    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger asked = new AtomicInteger();
    private final ServerSocket listener;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    private StreamServer(ServerSocket listener, OnQuestion behaviour) {
        this.listener = listener;
        Thread.ofVirtual().start(() -> accept(behaviour));
    }

    static StreamServer tcp(OnQuestion behaviour) throws IOException {
        return new StreamServer(
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), behaviour);
    }

    static StreamServer tls(SSLContext context, OnQuestion behaviour) throws IOException {
        return new StreamServer(
                context.getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                behaviour);
    }

    /// Hangs up on everybody.
    void forget() throws IOException {
        for (Socket connection : connections) {
            connection.close();
        }
        connections.clear();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    Resolver resolver(Transport how) {
        return new Resolver("s" + listener.getLocalPort(), address(), "test", "-", how);
    }

    private void accept(OnQuestion behaviour) {
        while (!listener.isClosed()) {
            try {
                Socket connection = listener.accept();
                accepted.incrementAndGet();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection, behaviour));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection, OnQuestion behaviour) {
        try (connection) {
            DataInputStream in = new DataInputStream(connection.getInputStream());
            Line line = new Line(connection, connection.getOutputStream());
            while (true) {
                byte[] query = new byte[in.readUnsignedShort()];
                in.readFully(query);
                asked.incrementAndGet();
                behaviour.handle(query, line);
            }
        } catch (Exception askerWentAway) {
            // a client that gives up is what several tests are about
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
