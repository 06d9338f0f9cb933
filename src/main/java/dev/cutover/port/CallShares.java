package dev.cutover.port;

import java.time.Duration;
import java.util.Optional;

/**
 * What all nodes together may still ask of a peer, handed out in portions so that not every call asks here.
 * Safe for concurrent use.
 */
public interface CallShares {
    /** For tools without a store: nobody else is known, every portion is granted. */
    CallShares ALONE =
            new CallShares() {
                @Override
                public Share take(Ask ask) {
                    return new Share(ask.wanted(), Duration.ZERO, Duration.ZERO);
                }

                @Override
                public void block(String budget, Duration span) {}
            };

    /**
     * One portion that is asked for.
     *
     * @param budget which token at which peer; never the token itself
     * @param wanted how many calls
     * @param unused of the portion before, given back; negative when more were made than were granted
     * @param kept how many calls of each window are not handed out
     * @param most how many calls a window has when the peer has not said
     * @param window how long a window is then
     * @param heard what the peer last told this node, empty when it has not since it last asked here
     */
    record Ask(
            String budget,
            int wanted,
            int unused,
            int kept,
            int most,
            Duration window,
            Optional<Heard> heard) {}

    /** The peer's word: so many calls are left, and all of them again after that. */
    record Heard(long left, Duration fullAgainIn) {}

    /**
     * What was granted.
     *
     * @param calls 0 when the window has none to hand out
     * @param fullAgainIn until the next window
     * @param blockedFor how long no node may call, as the peer told one of them; zero when it may
     */
    record Share(int calls, Duration fullAgainIn, Duration blockedFor) {}

    /**
     * Takes a portion.
     *
     * @throws PortException when the store does not answer: the caller goes on with a small share of its own
     */
    Share take(Ask ask);

    /** Tells every node that the peer wants no call for so long. A shorter block than there is changes nothing. */
    void block(String budget, Duration span);
}
