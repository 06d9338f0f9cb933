package dev.cutover.peer;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A line to a name server that can be cut: passes DNS messages over TCP, or loses some. */
public final class Relay implements AutoCloseable {
    private static final int UPDATE = 5;

    /** What the line does. */
    public enum Line {
        PASSES,
        /** Passes everything, and loses the answer to the next update. */
        LOSES_NEXT_ANSWER,
        /** Loses the next update itself. */
        LOSES_NEXT_UPDATE,
        /** Takes connections and messages, and nothing ever comes back. */
        HANGS
    }

    private final InetSocketAddress server;
    private final ServerSocket listening;
    private final Thread listener;
    private final AtomicReference<Line> line = new AtomicReference<>(Line.PASSES);
    private final AtomicInteger updates = new AtomicInteger();
    private final AtomicReference<Runnable> beforeUpdate = new AtomicReference<>(() -> {});

    private Relay(InetSocketAddress server) {
        this.server = server;
        this.listener = Thread.ofPlatform().daemon().name("relay").unstarted(this::listen);
        try {
            this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Relay to(InetSocketAddress server) {
        Relay relay = new Relay(server);
        relay.listener.start();
        return relay;
    }

    /** Where to connect instead of to the server, as {@code host:port}. */
    public String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    public void set(Line now) {
        line.set(now);
    }

    /** Does something when the next update has arrived here and before the server has it. */
    public void beforeNextUpdate(Runnable something) {
        beforeUpdate.set(something);
    }

    /** How many updates the server was given. */
    public int updates() {
        return updates.get();
    }

    private void listen() {
        while (!listening.isClosed()) {
            try {
                Socket caller = listening.accept();
                Thread unused = Thread.ofVirtual().start(() -> pass(caller));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void pass(Socket caller) {
        try (caller;
                Socket ahead = new Socket()) {
            DataInputStream from = new DataInputStream(caller.getInputStream());
            byte[] message = new byte[from.readUnsignedShort()];
            from.readFully(message);
            boolean isUpdate = (message[2] >> 3 & 0xf) == UPDATE;
            if (isUpdate) {
                beforeUpdate.getAndSet(() -> {}).run();
            }
            if (line.get() == Line.HANGS) {
                // Until the caller hangs up.
                int unused = from.read();
                return;
            }
            if (isUpdate && line.compareAndSet(Line.LOSES_NEXT_UPDATE, Line.PASSES)) {
                return;
            }
            ahead.connect(server, 2_000);
            send(new DataOutputStream(ahead.getOutputStream()), message);
            if (isUpdate) {
                updates.incrementAndGet();
            }
            boolean lost = isUpdate && line.compareAndSet(Line.LOSES_NEXT_ANSWER, Line.PASSES);
            DataInputStream back = new DataInputStream(ahead.getInputStream());
            DataOutputStream to = new DataOutputStream(caller.getOutputStream());
            if (lost) {
                // The server has answered: it took effect. The caller never hears of it.
                int unused = back.readUnsignedShort();
                return;
            }
            back.transferTo(to);
        } catch (IOException over) {
            // Either end hung up.
        }
    }

    private static void send(DataOutputStream to, byte[] message) throws IOException {
        to.writeShort(message.length);
        to.write(message);
        to.flush();
    }

    @Override
    public void close() {
        try {
            listening.close();
            // Until it has left the accept, the kernel takes connections.
            listener.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
