package dev.cutover.lab.dns;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;

/**
 * One question and its answer, as the lab's own clients exchange them: UDP first, TCP when the answer
 * is truncated. Blocks; meant for virtual threads.
 *
 * @param from the address to ask from
 * @param timeout for the whole exchange
 */
record Exchange(InetAddress from, Duration timeout) {

    /**
     * Asks a server.
     *
     * @throws IOException when no answer came in time or the server is not there
     */
    Message ask(InetSocketAddress server, Message query) throws IOException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        Message answer = overUdp(server, query, deadlineNanos);
        return answer.getHeader().getFlag(Flags.TC)
                ? overTcp(server, query, deadlineNanos)
                : answer;
    }

    private Message overUdp(InetSocketAddress server, Message query, long deadlineNanos)
            throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(from, 0))) {
            socket.connect(server);
            byte[] wire = query.toWire();
            socket.send(new DatagramPacket(wire, wire.length));
            DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
            while (true) {
                socket.setSoTimeout(millisLeft(deadlineNanos));
                socket.receive(packet);
                Message answer =
                        new Message(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
                // A late answer to another question is waited past, not taken for a fault.
                if (matches(query, answer)) {
                    return answer;
                }
            }
        }
    }

    private Message overTcp(InetSocketAddress server, Message query, long deadlineNanos)
            throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(server, millisLeft(deadlineNanos));
            byte[] wire = query.toWire();
            ByteBuffer framed = ByteBuffer.allocate(2 + wire.length);
            socket.getOutputStream().write(framed.putShort((short) wire.length).put(wire).array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            socket.setSoTimeout(millisLeft(deadlineNanos));
            Message answer = new Message(in.readNBytes(in.readUnsignedShort()));
            if (!matches(query, answer)) {
                throw new IOException(server + " answered another question over TCP");
            }
            return answer;
        }
    }

    private static boolean matches(Message query, Message answer) {
        Record question = answer.getQuestion();
        return answer.getHeader().getFlag(Flags.QR)
                && answer.getHeader().getID() == query.getHeader().getID()
                && (question == null || question.equals(query.getQuestion()));
    }

    private int millisLeft(long deadlineNanos) throws SocketTimeoutException {
        long millis = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (millis < 1) {
            throw new SocketTimeoutException("no answer within " + timeout.toMillis() + " ms");
        }
        return (int) millis;
    }
}
