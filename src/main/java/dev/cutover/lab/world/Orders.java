package dev.cutover.lab.world;

import dev.cutover.lab.site.Visitors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Orders by the side that takes them: how a share of visitors is measured. */
record Orders(Visitors people) {
    private static final int AT_A_TIME = 20;

    /**
     * Lets so many people order, one after the other.
     *
     * @return the percentage of orders that the new production server took
     * @throws IllegalStateException when not all were taken: a share of the rest would mean nothing
     */
    double percentOnNext(int orders) throws InterruptedException {
        Map<String, Long> before = taken();
        for (int i = 0; i < orders; i++) {
            people.visit(true);
        }
        Map<String, Long> after = taken();
        long next = after.getOrDefault("next", 0L) - before.getOrDefault("next", 0L);
        long current = after.getOrDefault("current", 0L) - before.getOrDefault("current", 0L);
        if (next + current < orders) {
            throw new IllegalStateException(
                    "expected that all of "
                            + orders
                            + " orders are taken, seen "
                            + next
                            + " at the next side and "
                            + current
                            + " at the current one");
        }
        return 100.0 * next / (next + current);
    }

    /**
     * Lets so many people order, fewer where what they are counted for is over before that. How many an hour
     * there are depends on the machine, how long a step lasts does not.
     *
     * @param holds asked after every {@value #AT_A_TIME} orders; those are not counted when it does not
     */
    Share shareOnNext(int orders, BooleanSupplier holds) throws InterruptedException {
        double next = 0;
        int counted = 0;
        while (counted < orders) {
            double percent = percentOnNext(AT_A_TIME);
            if (!holds.getAsBoolean()) {
                break;
            }
            next += percent * AT_A_TIME;
            counted += AT_A_TIME;
        }
        return new Share(counted == 0 ? 0 : next / counted, counted);
    }

    private Map<String, Long> taken() {
        Map<String, Long> orders = new LinkedHashMap<>();
        people.tally()
                .forEach(
                        (side, counts) ->
                                orders.put(
                                        side, counts.getOrDefault(Visitors.Outcome.ORDERED, 0L)));
        return orders;
    }
}
