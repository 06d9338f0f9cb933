package dev.cutover.lab.dns;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.CallTap.Moment;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;

/**
 * The two sockets of one DNS server, UDP and TCP on the same address and port, and all that a server
 * does before and after it thinks about a question.
 *
 * <p>Waiting is done by virtual threads: one for each socket, and one for each question under way,
 * so that an answer may take its time (or a tap may block) and nobody else waits.
 */
final class ServerSockets implements AutoCloseable {

    /** What the server answers; empty for silence. May block. */
    @FunctionalInterface
    interface Answerer {
        Optional<Reply> answer(Record question, boolean dnssecOk);
    }

    /**
     * How the server looks from outside.
     *
     * @param name the site it answers as where it does not say otherwise
     * @param recursive whether it offers recursion (the RA bit)
     */
    record Outside(String name, boolean recursive, CallTap.Kind kind, CallTap tap) {}

    /** No query is larger: 255 bytes of name and a few options. */
    private static final int QUERY_BYTES = 4096;

    private static final int RECEIVE_BUFFER_BYTES = 256 * 1024;

    /** Questions under way at once; more are dropped, as a full socket would drop them. */
    private static final int QUESTIONS_UNDER_WAY = 512;

    private static final int CONNECTIONS = 64;
    private static final int IDLE_MILLIS = 10_000;
    private static final int CLOSING_SECONDS = 2;

    private final Outside outside;
    private final Answerer answerer;
    private final DatagramChannel udp;
    private final ServerSocket tcp;
    private final ExecutorService threads;
    private final Semaphore underWay = new Semaphore(QUESTIONS_UNDER_WAY);
    private final Semaphore connections = new Semaphore(CONNECTIONS);

    private ServerSockets(
            Outside outside, Answerer answerer, DatagramChannel udp, ServerSocket tcp) {
        this.outside = outside;
        this.answerer = answerer;
        this.udp = udp;
        this.tcp = tcp;
        this.threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("lab-dns-" + outside.name()).factory());
    }

    /** Binds both sockets; after an {@link IOException} neither is bound. */
    static ServerSockets bind(InetSocketAddress address, Outside outside, Answerer answerer)
            throws IOException {
        DatagramChannel udp = DatagramChannel.open();
        ServerSocket tcp = new ServerSocket();
        try {
            udp.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
            udp.bind(address);
            tcp.setReuseAddress(true);
            tcp.bind(address);
        } catch (IOException e) {
            udp.close();
            tcp.close();
            throw new IOException(
                    "lab DNS server " + outside.name() + ": cannot bind " + address + ": " + e, e);
        }
        return new ServerSockets(outside, answerer, udp, tcp);
    }

    /** Begins to answer; apart from binding, so that the server's own fields are set by then. */
    void open() {
        threads.execute(this::receive);
        threads.execute(this::accept);
    }

    private void receive() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(QUERY_BYTES);
        while (udp.isOpen()) {
            try {
                InetSocketAddress from = (InetSocketAddress) udp.receive(buffer.clear());
                byte[] wire = new byte[buffer.flip().remaining()];
                buffer.get(wire);
                if (underWay.tryAcquire()) {
                    threads.execute(() -> answerDatagram(wire, from));
                }
            } catch (RejectedExecutionException closing) {
                return;
            } catch (IOException e) {
                // Closed, or one datagram lost: the loop's condition tells them apart.
            }
        }
    }

    private void answerDatagram(byte[] wire, InetSocketAddress from) {
        try {
            serve(wire, from, false, bytes -> udp.send(ByteBuffer.wrap(bytes), from));
        } catch (IOException e) {
            // The asker is gone or the server is closing; with UDP nobody is told.
        } finally {
            underWay.release();
        }
    }

    private void accept() {
        while (!tcp.isClosed()) {
            try {
                take(tcp.accept());
            } catch (IOException e) {
                // Closed, or a connection reset before it was taken.
            }
        }
    }

    private void take(Socket socket) throws IOException {
        try {
            if (connections.tryAcquire()) {
                threads.execute(() -> answerConnection(socket));
                return;
            }
        } catch (RejectedExecutionException closing) {
            // As with too many connections: the asker sees the end of its connection.
        }
        socket.close();
    }

    /** Answers in order what comes on one connection, until it is idle or closed. */
    private void answerConnection(Socket socket) {
        InetSocketAddress from = (InetSocketAddress) socket.getRemoteSocketAddress();
        try (socket) {
            socket.setSoTimeout(IDLE_MILLIS);
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (!socket.isClosed()) {
                byte[] wire = in.readNBytes(in.readUnsignedShort());
                serve(
                        wire,
                        from,
                        true,
                        bytes -> {
                            // Length and message in one write (RFC 7766 section 8).
                            ByteBuffer framed = ByteBuffer.allocate(2 + bytes.length);
                            out.write(framed.putShort((short) bytes.length).put(bytes).array());
                        });
            }
        } catch (IOException e) {
            // The asker hung up or fell silent: the ordinary end of a connection.
        } finally {
            connections.release();
        }
    }

    private void serve(byte[] wire, InetSocketAddress from, boolean overTcp, Sender sender)
            throws IOException {
        Optional<MessageRules.Query> read = MessageRules.read(wire);
        if (read.isEmpty()) {
            return;
        }
        MessageRules.Query query = read.get();
        CallTap tap = LabAddresses.isLab(from.getAddress()) ? CallTap.NONE : outside.tap();
        String detail = outside.name() + " " + query.title() + (overTcp ? " tcp" : " udp");
        tap.at(outside.kind(), Moment.BEFORE, detail);
        int refusal = query.refusal();
        Optional<Reply> reply =
                refusal == Rcode.NOERROR
                        ? answerer.answer(
                                query.message().orElseThrow().getQuestion(), query.dnssecOk())
                        : Optional.of(Reply.of(refusal, outside.name()));
        if (reply.isEmpty()) {
            // Silence has no later moments.
            return;
        }
        tap.at(outside.kind(), Moment.DURING, detail);
        sender.send(MessageRules.write(query, reply.get(), outside.recursive(), overTcp));
        tap.at(outside.kind(), Moment.AFTER, detail);
    }

    /** Puts an answer on its way back. */
    @FunctionalInterface
    private interface Sender {
        void send(byte[] bytes) throws IOException;
    }

    /** Closes both sockets and waits until the address is free again, at most two seconds. */
    @Override
    public void close() {
        threads.shutdownNow();
        try (udp;
                tcp) {
            // Closing is the whole of it: the loops see it and end.
        } catch (IOException e) {
            // Nothing is lost with a socket that was to be closed anyway.
        }
        try {
            // A socket's address stays taken until its reader has woken up and gone.
            threads.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
