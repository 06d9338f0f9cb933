package dev.cutover.core.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Buckets gathered into blocks of one length, a fifteenth of the watched window.
 *
 * <p>Errors come in bursts: ten failures within five seconds are one event, not ten. So a block is one
 * piece of evidence, however many requests it holds. Blocks lie on the clock, not on the first bucket:
 * whoever looks, and whenever, sees the same ones.
 */
public final class Blocks {
    /** At five minutes a block is 20 s: longer than most bursts, and 19 bad ones are soon told. */
    private static final int IN_A_WINDOW = 15;

    private static final int IN_A_LONG_ONE = 5;

    private static final long MOST_JOINED_SECONDS = 20;

    /** An hour at the usual window: at twice the ceiling the 99th of 100 breaches takes 25 minutes. */
    private static final int WINDOWS_REMEMBERED = 12;

    /** Below this one failure is 10 % of its block. */
    private static final long FEWEST_REQUESTS = 10;

    private Blocks() {}

    /** How long one block is: a whole number of seconds, at least one. */
    public static Duration length(Duration window) {
        return Duration.ofSeconds(Math.max(1, window.toSeconds() / IN_A_WINDOW));
    }

    /** Blocks long enough to hold several bursts: a third of the window. */
    static Duration longLength(Duration window) {
        return length(window).multipliedBy(IN_A_LONG_ONE);
    }

    /** How far back the judge looks at all; older buckets need not be kept for it. */
    public static Duration memory(Duration window) {
        return window.multipliedBy(WINDOWS_REMEMBERED);
    }

    /**
     * The same counts in fewer buckets, for keeping: what is older than two blocks is joined, at most 20
     * seconds to one, so that no break of {@link Watched} is covered up. Judging the result gives the same
     * finding.
     *
     * @param keep how old a bucket may be to be kept
     */
    public static List<Bucket> compact(
            List<Bucket> buckets, Duration window, Duration keep, Instant now) {
        long seconds = part(length(window).toSeconds());
        long recent = cell(now.minus(length(window)), seconds);
        long oldest = cell(now.minus(keep), seconds);
        List<Bucket> kept = new ArrayList<>();
        long lastCell = Long.MIN_VALUE;
        for (Bucket bucket : sorted(buckets)) {
            long cell = cell(bucket.startsAt(), seconds);
            if (cell < oldest) {
                continue;
            }
            boolean joins = cell == lastCell && cell < recent;
            kept.add(joins ? joined(kept.removeLast(), bucket) : bucket);
            lastCell = cell;
        }
        return kept;
    }

    /**
     * The blocks that are over, oldest first. A block of fewer than ten requests takes in the next ones
     * until it has them; the last one may stay open and is left out.
     */
    static List<Bucket> closed(List<Bucket> sorted, Duration length, Instant now) {
        long seconds = length.toSeconds();
        List<Bucket> blocks = new ArrayList<>();
        long lastCell = Long.MIN_VALUE;
        for (Bucket bucket : sorted) {
            if (bucket.all() == 0) {
                continue;
            }
            long cell = cell(bucket.startsAt(), seconds);
            boolean joins =
                    !blocks.isEmpty()
                            && (lastCell == cell || blocks.getLast().all() < FEWEST_REQUESTS);
            blocks.add(joins ? joined(blocks.removeLast(), bucket) : bucket);
            lastCell = cell;
        }
        if (!blocks.isEmpty()) {
            Bucket last = blocks.getLast();
            boolean open = lastCell >= cell(now, seconds) || last.endsAt().isAfter(now);
            if (open || last.all() < FEWEST_REQUESTS) {
                blocks.removeLast();
            }
        }
        return blocks;
    }

    private static Bucket joined(Bucket a, Bucket b) {
        Instant end = a.endsAt().isAfter(b.endsAt()) ? a.endsAt() : b.endsAt();
        return new Bucket(
                a.startsAt(),
                Duration.between(a.startsAt(), end),
                a.ok() + b.ok(),
                a.failed() + b.failed());
    }

    /** Oldest first; the list itself when it already is. */
    static List<Bucket> sorted(List<Bucket> buckets) {
        for (int i = 1; i < buckets.size(); i++) {
            if (buckets.get(i).startsAt().isBefore(buckets.get(i - 1).startsAt())) {
                return buckets.stream().sorted(Comparator.comparing(Bucket::startsAt)).toList();
            }
        }
        return buckets;
    }

    /** The longest part that blocks of this length divide into evenly, at most 20 seconds. */
    private static long part(long blockSeconds) {
        long part = Math.min(blockSeconds, MOST_JOINED_SECONDS);
        while (blockSeconds % part != 0) {
            part--;
        }
        return part;
    }

    private static long cell(Instant at, long seconds) {
        return Math.floorDiv(at.getEpochSecond(), seconds);
    }
}
