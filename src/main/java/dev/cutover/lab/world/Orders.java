package dev.cutover.lab.world;

import dev.cutover.lab.site.Visitors;
import java.util.LinkedHashMap;
import java.util.Map;

/** Orders by the side that takes them: how a share of visitors is measured. */
record Orders(Visitors people) {
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
