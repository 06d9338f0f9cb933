package dev.cutover.lab.world;

import dev.cutover.lab.cloudflare.CloudflareApi.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Judges from the provider's own list of calls whether a client that was told to wait did wait.
 *
 * <p>GraphQL is judged by itself: the provider counts it by a limit of its own, and a 429 there says nothing
 * about the others. Source: Cloudflare API limits (April 2026).
 */
final class Restraint {
    /** Calls that were on their way when the first of them was refused, also on a busy machine. */
    private static final Duration UNDER_WAY = Duration.ofSeconds(2);

    private static final Duration TOLERANCE = Duration.ofMillis(200);
    private static final int TOO_MANY = 429;
    private static final int LEAST_REFUSED = 3;

    private Restraint() {}

    /**
     * What is wrong; empty when after each 429 nobody asked before the time was up, and exactly so many
     * writes of records were taken.
     *
     * @param calls in order, without a jump of the clock between them
     */
    static List<String> wrongWith(List<Seen> calls, Duration retryAfter, int writes) {
        List<String> wrong = new ArrayList<>();
        long refused = calls.stream().filter(call -> call.status() == TOO_MANY).count();
        if (refused < LEAST_REFUSED) {
            wrong.add("expected a storm of refused calls, seen " + refused);
        }
        wrong.addAll(hasty(calls.stream().filter(Restraint::isGraphql).toList(), retryAfter));
        wrong.addAll(hasty(calls.stream().filter(call -> !isGraphql(call)).toList(), retryAfter));
        long written = calls.stream().filter(Restraint::isWrite).count();
        if (written != writes) {
            wrong.add("expected " + writes + " writes of records, seen " + written);
        }
        return wrong;
    }

    private static List<String> hasty(List<Seen> calls, Duration retryAfter) {
        List<String> wrong = new ArrayList<>();
        Instant refusedAt = Instant.EPOCH;
        for (Seen call : calls) {
            if (call.at().isAfter(refusedAt.plus(UNDER_WAY))
                    && call.at().isBefore(refusedAt.plus(retryAfter).minus(TOLERANCE))) {
                wrong.add(
                        call.method()
                                + " "
                                + call.path()
                                + " came "
                                + Duration.between(refusedAt, call.at())
                                + " after a 429 that said "
                                + retryAfter);
            }
            // Those under way are refused too and start no wait of their own.
            if (call.status() == TOO_MANY && call.at().isAfter(refusedAt.plus(UNDER_WAY))) {
                refusedAt = call.at();
            }
        }
        return wrong;
    }

    private static boolean isGraphql(Seen call) {
        return call.path().endsWith("/graphql");
    }

    private static boolean isWrite(Seen call) {
        return !call.method().equals("GET")
                && call.path().contains("/dns_records")
                && call.status() == 200;
    }
}
