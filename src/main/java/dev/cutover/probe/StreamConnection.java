package dev.cutover.probe;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One open TCP or TLS connection, carrying many questions at once.
///
/// Answers may come in any order and are given out by id. Nobody else can write into a connection,
/// so a frame that answers no question of ours is the server's own breach: the connection ends, and
/// with it the belief in whatever else it may say. Source: RFC 7766 sections 6.2.1 and 7.
final class StreamConnection {

    /// How one question on this connection ended.
    sealed interface End {
        /// Nanoseconds from write to read.
        @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
        record Reply(byte[] bytes, long nanos) implements End {}

        record Late() implements End {}

        /// The connection ended first.
        ///
        /// @param proven whether this connection had answered before, so that a server that closes
        ///     idle connections may be all there is to it
        record Lost(String why, boolean proven) implements End {}

        record Breach() implements End {}
    }

    private static final int MOST_EXPIRED_KEPT = 1_024;
    private static final int SHORTEST_MESSAGE = 12;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final SecureRandom random;
    private final ReentrantLock writing = new ReentrantLock();
    private final Map<Integer, Waiting> outstanding = new ConcurrentHashMap<>();

    /// Ids that were given up: their answers may still come and are no breach.
    private final ConcurrentLinkedQueue<Integer> expired = new ConcurrentLinkedQueue<>();

    private volatile long readAt;
    private volatile long usedAt = System.nanoTime();
    private volatile boolean proven;
    private volatile @Nullable End over;

    private static final class Waiting {
        final byte[] query;
        final CountDownLatch done = new CountDownLatch(1);
        volatile long writtenAt;
        volatile @Nullable End end;

        Waiting(byte[] query) {
            this.query = query;
        }

        void end(End how) {
            end = how;
            done.countDown();
        }
    }

    /// Takes a connected socket over.
    StreamConnection(Socket socket, SecureRandom random) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
        this.out = socket.getOutputStream();
        this.random = random;
        this.readAt = System.nanoTime();
        Thread.ofVirtual().name("probe-stream").start(this::readAll);
    }

    boolean isOpen() {
        return over == null;
    }

    boolean isIdleSince(long nanos) {
        return outstanding.isEmpty() && System.nanoTime() - usedAt > nanos;
    }

    /// Asks once, and waits.
    ///
    /// @param query the message; its id is overwritten unless `fixed`
    /// @param deadline the nano time of giving up
    End ask(byte[] query, boolean fixed, long deadline) throws InterruptedException {
        Waiting waiting = new Waiting(query);
        int id = enlist(waiting, fixed, deadline);
        if (id < 0) {
            return new End.Late();
        }
        usedAt = System.nanoTime();
        try {
            if (!write(query, waiting, deadline)) {
                close("does not read what it is asked");
            }
            if (waiting.done.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return java.util.Objects.requireNonNull(waiting.end);
            }
            expire(id);
            if (readAt - waiting.writtenAt < 0) {
                // nothing at all came since: the next question deserves another connection
                close("said nothing any more");
            }
            return new End.Late();
        } finally {
            outstanding.remove(id, waiting);
            usedAt = System.nanoTime();
        }
    }

    /// @return the id under which an answer is awaited, or -1 when none came free in time
    private int enlist(Waiting waiting, boolean fixed, long deadline) throws InterruptedException {
        int id = fixed ? Wire.id(waiting.query) : random.nextInt(1 << 16);
        while (expired.contains(id) || outstanding.putIfAbsent(id, waiting) != null) {
            if (!fixed) {
                id = random.nextInt(1 << 16);
            } else if (System.nanoTime() - deadline < 0) {
                TimeUnit.MILLISECONDS.sleep(1);
            } else {
                return -1;
            }
        }
        Wire.setId(waiting.query, id);
        End ended = over;
        if (ended != null) { // closed before it could see us
            waiting.end(ended);
        }
        return id;
    }

    private boolean write(byte[] query, Waiting waiting, long deadline)
            throws InterruptedException {
        byte[] framed = new byte[2 + query.length];
        framed[0] = (byte) (query.length >> 8);
        framed[1] = (byte) query.length;
        System.arraycopy(query, 0, framed, 2, query.length);
        waiting.writtenAt = System.nanoTime();
        if (!writing.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            waiting.writtenAt = System.nanoTime();
            out.write(framed);
            out.flush();
        } catch (IOException e) {
            close(String.valueOf(e.getMessage()));
        } finally {
            writing.unlock();
        }
        return true;
    }

    private void expire(int id) {
        expired.add(id);
        if (expired.size() > MOST_EXPIRED_KEPT) {
            expired.poll();
        }
    }

    private void readAll() {
        try {
            while (over == null) {
                byte[] reply = new byte[in.readUnsignedShort()];
                in.readFully(reply);
                readAt = System.nanoTime();
                if (!take(reply)) {
                    end(new End.Breach());
                    return;
                }
            }
        } catch (EOFException e) {
            close("closed the connection");
        } catch (IOException | RuntimeException e) {
            close(String.valueOf(e.getMessage()));
        }
    }

    private boolean take(byte[] reply) {
        if (reply.length < SHORTEST_MESSAGE) {
            return false;
        }
        int id = Wire.id(reply);
        Waiting waiting = outstanding.get(id);
        if (waiting == null) {
            return expired.remove(id);
        }
        if (!Wire.answers(waiting.query, reply)) {
            return false;
        }
        outstanding.remove(id, waiting);
        proven = true;
        waiting.end(new End.Reply(reply, readAt - waiting.writtenAt));
        return true;
    }

    void close(String why) {
        end(new End.Lost(why, proven));
    }

    private void end(End how) {
        synchronized (outstanding) {
            if (over != null) {
                return;
            }
            over = how;
        }
        outstanding.values().forEach(waiting -> waiting.end(how));
        try {
            socket.close();
        } catch (IOException e) {
            return; // closed is closed
        }
    }
}
