package dev.cutover.probe;

import dev.cutover.probe.Exchange.Outcome;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// DNS over TCP for answers that do not fit a datagram: one connection for one question.
///
/// Blocks the calling thread, which should be virtual. One deadline covers everything from waiting
/// for a slot to the last byte, so a server that trickles gains nothing. Slots are per address: a
/// server that hangs fills its own. Source: RFC 7766, RFC 1035 section 4.2.2 (length prefix).
final class TcpTransport {

    private static final int CONNECTIONS_PER_ADDRESS = 8;
    private static final int MOST_ADDRESSES_KEPT = 4_096;

    private final Map<InetSocketAddress, Semaphore> slots = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();

    /// Asks once.
    ///
    /// @param query the message; its id is overwritten
    /// @param timeout for everything, more than zero
    Outcome ask(InetSocketAddress address, byte[] query, Duration timeout)
            throws InterruptedException {
        long began = System.nanoTime();
        long deadline = began + timeout.toNanos();
        if (slots.size() > MOST_ADDRESSES_KEPT) {
            slots.values().removeIf(slot -> slot.availablePermits() == CONNECTIONS_PER_ADDRESS);
        }
        Semaphore slot =
                slots.computeIfAbsent(address, fresh -> new Semaphore(CONNECTIONS_PER_ADDRESS));
        if (!slot.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            return new Outcome.Silent(System.nanoTime() - began, false);
        }
        try {
            Wire.setId(query, random.nextInt(1 << 16));
            byte[] reply = exchange(address, query, deadline);
            if (reply.length < 2
                    || Wire.id(reply) != Wire.id(query)
                    || !Wire.answers(query, reply)) {
                return new Outcome.Silent(System.nanoTime() - began, true);
            }
            return new Outcome.Replied(reply, System.nanoTime() - began);
        } catch (SocketTimeoutException late) {
            return new Outcome.Silent(System.nanoTime() - began, false);
        } catch (IOException e) {
            return new Outcome.Failed(
                    "UDP answer truncated, then TCP to " + address + ": " + e.getMessage());
        } finally {
            slot.release();
        }
    }

    private static byte[] exchange(InetSocketAddress address, byte[] query, long deadline)
            throws IOException {
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(address, millisUntil(deadline));
            byte[] framed = new byte[2 + query.length];
            framed[0] = (byte) (query.length >> 8);
            framed[1] = (byte) query.length;
            System.arraycopy(query, 0, framed, 2, query.length);
            socket.getOutputStream().write(framed); // far below any send buffer: does not block
            DataInputStream in = new DataInputStream(new Timed(socket, deadline));
            byte[] reply = new byte[in.readUnsignedShort()];
            in.readFully(reply);
            return reply;
        }
    }

    private static int millisUntil(long deadline) throws SocketTimeoutException {
        long nanos = deadline - System.nanoTime();
        if (nanos <= 0) {
            throw new SocketTimeoutException("deadline");
        }
        return (int) Math.min(Integer.MAX_VALUE, nanos / 1_000_000 + 1);
    }

    /// A socket's input whose every read ends at one deadline.
    private static final class Timed extends InputStream {
        private final Socket socket;
        private final InputStream in;
        private final long deadline;

        Timed(Socket socket, long deadline) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
            this.deadline = deadline;
        }

        @Override
        public int read() throws IOException {
            socket.setSoTimeout(millisUntil(deadline));
            return in.read();
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            socket.setSoTimeout(millisUntil(deadline));
            return in.read(into, from, length);
        }
    }
}
