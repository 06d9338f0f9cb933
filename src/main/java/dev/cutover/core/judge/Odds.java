package dev.cutover.core.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The sequential test: how much speaks against "the error rate is at most the ceiling".
 *
 * <p>A game against that claim. Before each block half of a stake is bet that the block will be worse than
 * the ceiling:
 *
 * <pre>
 *   x = share of failures in the block, at most 3 ceilings
 *   odds = (odds + 1) * (1 + 0.5 * (x - ceiling) / ceiling)
 *
 *   clean block  x 0.5      at the ceiling  x 1      three times the ceiling and beyond  x 2
 * </pre>
 *
 * While the claim holds the game is not in the player's favour, whatever happens inside a block, so the
 * odds reach {@code a} within {@code n} blocks with a chance of at most {@code n / a}. {@code needed} is
 * chosen so that this is one in a hundred for 24 hours spent <em>at</em> the ceiling; a site well below it
 * loses half its odds with nearly every block. The {@code + 1} is a new player at each block: harm may
 * begin at any time.
 *
 * <p>The cap at three ceilings makes the test robust: a burst is believed to be bad, but not how bad, so
 * no burst counts more than its length in blocks. It takes about 19 bad blocks more than clean ones, over six
 * minutes at a window of five. Capping only lowers x, so the chance above still holds. What holds is the
 * chance under the assumption that a block's expected share does not exceed the ceiling whatever came
 * before; a burst longer than a block breaks it, and that is what the distance between the usual rate
 * and the ceiling is for: {@code bench/judge} measures it.
 *
 * <p>Two players share the stake: one bets on each block, one on each long block of a third of the window.
 * The first is quick where errors are even; the second sees errors that come in bursts too often.
 *
 * <p>A longer block, such as a minute of the provider's figures or the thin hours of a small site, is
 * believed more: two ceilings for each block length it covers, and one.
 *
 * <p>Source: J. Shin, A. Ramdas, A. Rinaldo, E-detectors: a nonparametric framework for sequential
 * change detection, 2023 (the Shiryaev-Roberts form, for the mean of a bounded variable); J. Ville,
 * 1939; I. Waudby-Smith, A. Ramdas, Estimating means of bounded random variables by betting, 2023.
 */
final class Odds {
    private static final double STAKE = 0.5;
    private static final double FALSE_ALARMS_IN_A_DAY = 0.01;

    /** Beyond certainty odds do not grow, so that two clean long blocks clear them again. */
    private static final double MOST_IN_NEEDED = 4;

    private final List<Bucket> blocks;
    private final List<Bucket> longBlocks;
    private final double blockNanos;
    private final double ceiling;
    private final double needed;

    /**
     * What is known after all blocks.
     *
     * @param odds against the claim, 0 or more
     * @param badSince start of the block from which on more spoke against the claim than for it; the
     *     newest block when none did
     */
    private record Player(double odds, Instant badSince) {}

    /**
     * The test at one ceiling.
     *
     * @param ceiling above 0 and below 1
     * @param sorted what was counted, oldest first
     */
    Odds(List<Bucket> sorted, Duration window, double ceiling, Instant now) {
        Duration block = Blocks.length(window);
        this.blocks = Blocks.closed(sorted, block, now);
        this.longBlocks = Blocks.closed(sorted, Blocks.longLength(window), now);
        this.blockNanos = block.toNanos();
        this.ceiling = ceiling;
        this.needed =
                (double) Duration.ofDays(1).toSeconds() / block.toSeconds() / FALSE_ALARMS_IN_A_DAY;
    }

    /** The blocks it is played on, oldest first. */
    List<Bucket> blocks() {
        return blocks;
    }

    /** Since when the ceiling is breached; empty when that is not sure. */
    Optional<Instant> breachedSince() {
        Player quick = play(blocks, ceiling);
        Player slow = play(longBlocks, ceiling);
        return isEnough(quick, slow)
                ? Optional.of(quick.odds >= slow.odds ? quick.badSince : slow.badSince)
                : Optional.empty();
    }

    /** The highest rate that these blocks rule out: the largest ceiling they would still breach. */
    double surelyAbove() {
        double low = ceiling;
        double high = 1;
        for (int i = 0; i < 12; i++) {
            double middle = (low + high) / 2;
            if (isEnough(play(blocks, middle), play(longBlocks, middle))) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean isEnough(Player quick, Player slow) {
        return (quick.odds + slow.odds) / 2 >= needed;
    }

    private Player play(List<Bucket> rounds, double claim) {
        double odds = 0;
        double balance = 1;
        int firstBad = 0;
        for (int i = 0; i < rounds.size(); i++) {
            Bucket block = rounds.get(i);
            double share = (double) block.failed() / block.all();
            double gain = 1 + STAKE * (Math.min(share, worst(block) * claim) - claim) / claim;
            odds = Math.min((odds + 1) * gain, MOST_IN_NEEDED * needed);
            balance = Math.min(balance * gain, Double.MAX_VALUE);
            if (balance <= 1) {
                balance = 1;
                firstBad = i + 1;
            }
        }
        return new Player(
                odds,
                rounds.isEmpty()
                        ? Instant.MIN
                        : rounds.get(Math.min(firstBad, rounds.size() - 1)).startsAt());
    }

    /** The share a block is believed at most, in ceilings. */
    private double worst(Bucket block) {
        return 1 + 2 * Math.max(1, block.length().toNanos() / blockNanos);
    }
}
