package dev.cutover.probe;

/// How many questions may be out at servers that answer, all together.
///
/// Everything asked at once would stand in one queue: of our own uplink, or of a server on this
/// machine that has to share its processors. What is at the end of that queue is answered too late,
/// and would read as a resolver's silence. So the window begins small, opens with every answer that
/// came as quickly as that server can, and halves when most of them are slow at the same time: one
/// slow server, or a cold cache here and there, is a finding and no queue.
///
/// A server that has not answered yet, or no longer does, is not counted: the dead take nobody's
/// room. Used by the I/O thread only. Source: RFC 5681 (its shape), RFC 6298 (smoothing).
final class SendWindow {

    static final int FIRST = 512;
    static final int LEAST = 64;

    /// As many as leave in a tenth of a second at 40,000/s: a way of 100 ms is kept full.
    static final int MOST = 4_096;

    /// An answer that stood in a queue for this part of its timeout is slow.
    private static final int SLOW_PART = 4;

    private static final double SMOOTHING = 1.0 / 64;
    private static final double MOST_OF_THEM = 0.5;

    private int size = FIRST;
    private int out;
    private double slowShare;
    private long shrunkAt = System.nanoTime();

    boolean isOpenFor(ResolverLine line) {
        return !line.answers || out < size;
    }

    int size() {
        return size;
    }

    void wrote(ResolverLine line) {
        out += line.answers ? 1 : 0;
    }

    /// The line answered; the exchange is no longer outstanding on it.
    void answered(ResolverLine line, Exchange exchange, long nanos) {
        if (line.answers) {
            out--;
        } else {
            line.answers = true;
            out += line.outstanding.size();
        }
        boolean slow = line.slowerThanEver(nanos) > exchange.timeout.toNanos() / SLOW_PART;
        slowShare += ((slow ? 1 : 0) - slowShare) * SMOOTHING;
        if (!slow) {
            // What was not needed has not been tried. Source: RFC 7661 section 4.
            size += size < MOST && out >= size / 2 ? 1 : 0;
        } else if (slowShare > MOST_OF_THEM) {
            shrinkFor(exchange);
        }
    }

    /// The line let a question's time pass; the exchange is no longer outstanding on it.
    void silent(ResolverLine line, Exchange exchange) {
        if (line.answers) {
            out--;
            forget(line);
            shrinkFor(exchange);
        }
    }

    /// All that is outstanding on the line is taken back.
    void forget(ResolverLine line) {
        if (line.answers) {
            out -= line.outstanding.size();
            line.answers = false;
        }
    }

    /// Once for what was already out when it shrank last.
    private void shrinkFor(Exchange exchange) {
        if (exchange.writtenAt - shrunkAt > 0) {
            size = Math.max(LEAST, Math.min(size, out) / 2);
            shrunkAt = System.nanoTime();
        }
    }
}
