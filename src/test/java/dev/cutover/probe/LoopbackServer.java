package dev.cutover.probe;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/// A name server on a loopback address that does whatever a test tells it, by UDP and by TCP.
final class LoopbackServer implements AutoCloseable {

    /// What to do with one datagram.
    interface OnUdp {
        void handle(byte[] query, Reply reply) throws Exception;
    }

    /// Sends a datagram back to whoever asked.
    interface Reply {
        void send(byte[] message) throws IOException;

        default SocketAddress asker() {
            throw new UnsupportedOperationException();
        }
    }

    /// What to do with one connection, its framed query read already.
    interface OnTcp {
        void handle(byte[] query, OutputStream out) throws Exception;
    }

    private final DatagramSocket udp;
    private final Closeable tcp;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    final List<byte[]> queries = new CopyOnWriteArrayList<>();
    final List<SocketAddress> askers = new CopyOnWriteArrayList<>();

    private LoopbackServer(DatagramSocket udp, Closeable tcp) {
        this.udp = udp;
        this.tcp = tcp;
    }

    /// By TCP nobody answers on its port, and nobody else can.
    static LoopbackServer udp(OnUdp behaviour) throws IOException {
        return atFreePort(
                socket -> {
                    Closeable tcp =
                            UnheardPort.taken((InetSocketAddress) socket.getLocalSocketAddress());
                    LoopbackServer server = new LoopbackServer(socket, tcp);
                    Thread.ofPlatform().daemon().start(() -> server.serveUdp(behaviour));
                    return server;
                });
    }

    /// Both on one port.
    static LoopbackServer both(OnUdp onUdp, OnTcp onTcp) throws IOException {
        return atFreePort(
                socket -> {
                    var listener = new ServerSocket(socket.getLocalPort(), 50, loopback(1));
                    LoopbackServer server = new LoopbackServer(socket, listener);
                    Thread.ofPlatform().daemon().start(() -> server.serveUdp(onUdp));
                    Thread.ofPlatform().daemon().start(() -> server.serveTcp(listener, onTcp));
                    return server;
                });
    }

    private interface Start {
        LoopbackServer on(DatagramSocket socket) throws IOException;
    }

    /// At a port whose other half may be taken, so at another one then.
    private static LoopbackServer atFreePort(Start start) throws IOException {
        IOException last = new IOException("no port");
        for (int attempt = 0; attempt < 20; attempt++) {
            DatagramSocket socket = new DatagramSocket(new InetSocketAddress(loopback(1), 0));
            try {
                return start.on(socket);
            } catch (IOException taken) {
                last = taken;
                socket.close();
            }
        }
        throw last;
    }

    /// Takes every query and never says a word.
    static LoopbackServer silent() throws IOException {
        return udp((query, reply) -> {});
    }

    static InetAddress loopback(int last) throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    }

    Resolver resolver() {
        return resolver("r" + address().getPort());
    }

    Resolver resolver(String id) {
        return new Resolver(id, address(), "test", "-");
    }

    InetSocketAddress address() {
        return (InetSocketAddress) udp.getLocalSocketAddress();
    }

    private void serveUdp(OnUdp behaviour) {
        byte[] buffer = new byte[4_096];
        while (!udp.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                udp.receive(packet);
                byte[] query = Arrays.copyOf(buffer, packet.getLength());
                SocketAddress asker = packet.getSocketAddress();
                queries.add(query);
                askers.add(asker);
                behaviour.handle(
                        query,
                        new Reply() {
                            @Override
                            public void send(byte[] message) throws IOException {
                                udp.send(new DatagramPacket(message, message.length, asker));
                            }

                            @Override
                            public SocketAddress asker() {
                                return asker;
                            }
                        });
            } catch (Exception e) {
                if (!udp.isClosed()) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private void serveTcp(ServerSocket listener, OnTcp behaviour) {
        while (!listener.isClosed()) {
            try {
                Socket connection = listener.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection, behaviour));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void serve(Socket connection, OnTcp behaviour) {
        try {
            DataInputStream in = new DataInputStream(connection.getInputStream());
            byte[] query = new byte[in.readUnsignedShort()];
            in.readFully(query);
            behaviour.handle(query, connection.getOutputStream());
        } catch (Exception askerWentAway) {
            // a client that gives up is what several tests are about
        }
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }

    // ------------------------------------------------------------- messages

    /// A reply to `query` with these records, each as `name ttl type data`, in the answer section.
    static byte[] answer(byte[] query, String... records) throws IOException {
        return reply(query, 0, false, List.of(records), List.of());
    }

    static byte[] reply(
            byte[] query,
            int rcode,
            boolean truncated,
            List<String> answers,
            List<String> authority)
            throws IOException {
        Message asked = new Message(query);
        Message reply = new Message(asked.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.AA);
        reply.getHeader().setRcode(rcode);
        if (truncated) {
            reply.getHeader().setFlag(Flags.TC);
        }
        reply.addRecord(asked.getQuestion(), Section.QUESTION);
        for (String answer : answers) {
            reply.addRecord(record(answer), Section.ANSWER);
        }
        for (String one : authority) {
            reply.addRecord(record(one), Section.AUTHORITY);
        }
        return reply.toWire();
    }

    private static Record record(String text) throws IOException {
        String[] parts = text.split(" ", 4);
        return Record.fromString(
                Name.fromString(parts[0], Name.root),
                org.xbill.DNS.Type.value(parts[2]),
                DClass.IN,
                Long.parseLong(parts[1]),
                parts[3],
                Name.root);
    }

    static byte[] framed(byte[] message) {
        byte[] framed = new byte[message.length + 2];
        framed[0] = (byte) (message.length >> 8);
        framed[1] = (byte) message.length;
        System.arraycopy(message, 0, framed, 2, message.length);
        return framed;
    }

    /// The query's first bytes changed, as a stranger's guess of the id would be.
    static byte[] withOtherId(byte[] message, int by) {
        byte[] changed = message.clone();
        Wire.setId(changed, (Wire.id(message) + by) & 0xFFFF);
        return changed;
    }
}
