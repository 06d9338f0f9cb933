package dev.cutover.dns;

import dev.cutover.port.Deadline;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * One TCP connection to a name server: messages out, messages back, all within one deadline.
 *
 * <p>Always TCP, for small updates too: a connection that does not stand proves that nothing was sent,
 * and no datagram can arrive twice. Source: RFC 1035 section 4.2.2, RFC 2136 section 6.2.
 */
final class Conversation implements AutoCloseable {
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    private final Socket socket;
    private final DataInputStream in;
    private final Deadline deadline;

    private Conversation(Socket socket, Deadline deadline) throws IOException {
        this.socket = socket;
        this.deadline = deadline;
        this.in = new DataInputStream(new Timed());
    }

    /** Connects; when it throws nothing was sent. */
    static Conversation open(InetSocketAddress server, Deadline deadline) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSendBufferSize(SEND_BUFFER_BYTES);
            socket.connect(server, millisUntil(deadline));
            return new Conversation(socket, deadline);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends one message of at most 65,535 bytes. */
    void send(byte[] message) throws IOException {
        byte[] framed = new byte[2 + message.length];
        framed[0] = (byte) (message.length >> 8);
        framed[1] = (byte) message.length;
        System.arraycopy(message, 0, framed, 2, message.length);
        // Fits into the send buffer whole, so that a peer which does not read cannot block us here.
        socket.getOutputStream().write(framed);
    }

    /** The next message; waits for it until the deadline. */
    byte[] receive() throws IOException {
        byte[] message = new byte[in.readUnsignedShort()];
        in.readFully(message);
        return message;
    }

    private void closeQuietly() {
        try {
            socket.close();
        } catch (IOException ignored) {
            // Whoever writes or reads on it hears of it.
        }
    }

    @Override
    public void close() {
        closeQuietly();
    }

    private static int millisUntil(Deadline deadline) throws SocketTimeoutException {
        long millis = deadline.left().toMillis();
        if (deadline.passed()) {
            throw new SocketTimeoutException("no answer in time");
        }
        return (int) Math.min(Integer.MAX_VALUE, millis + 1);
    }

    /** Input whose every read ends at the deadline, so that a server that trickles gains nothing. */
    private final class Timed extends InputStream {
        @Override
        public int read() throws IOException {
            socket.setSoTimeout(millisUntil(deadline));
            return socket.getInputStream().read();
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            socket.setSoTimeout(millisUntil(deadline));
            return socket.getInputStream().read(into, from, length);
        }
    }
}
