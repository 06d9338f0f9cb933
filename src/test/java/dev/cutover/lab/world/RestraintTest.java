package dev.cutover.lab.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.lab.cloudflare.CloudflareApi.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The judge of a client that was told to wait. */
class RestraintTest {
    private static final Instant T0 = Instant.parse("2026-12-06T02:00:00Z");
    private static final Duration WAIT = Duration.ofSeconds(4);

    @Test
    void finds_nothing_wrong_with_one_who_waits_and_writes_once() {
        assertThat(wrong(get(0, 429), get(0.3, 429), get(4.1, 429), get(8.2, 200), write(8.5)))
                .isEmpty();
    }

    @Test
    void names_one_who_asks_too_early() {
        assertThat(wrong(get(0, 429), get(3, 429), get(8, 429), get(13, 200), write(14)))
                .singleElement()
                .asString()
                .contains("came PT3S after a 429");
    }

    @Test
    void graphql_waits_for_itself() {
        Seen refused = new Seen(at(6), "POST", "/client/v4/graphql", 429);
        Seen hasty = new Seen(at(9), "POST", "/client/v4/graphql", 200);
        assertThat(wrong(get(0, 429), get(4, 429), refused, get(8, 200), write(9))).isEmpty();
        assertThat(wrong(get(0, 429), get(4, 429), refused, hasty, write(9)))
                .singleElement()
                .asString()
                .contains("/graphql came PT3S");
    }

    @Test
    void names_one_who_writes_twice_or_was_never_refused() {
        assertThat(wrong(get(0, 429), get(4, 429), get(8, 429), write(12), write(13)))
                .containsExactly("expected 1 writes of records, seen 2");
        assertThat(wrong(write(1))).containsExactly("expected a storm of refused calls, seen 0");
    }

    private static List<String> wrong(Seen... calls) {
        return Restraint.wrongWith(List.of(calls), WAIT, 1);
    }

    private static Seen get(double seconds, int status) {
        return new Seen(at(seconds), "GET", "/client/v4/zones/z/dns_records", status);
    }

    private static Seen write(double seconds) {
        return new Seen(at(seconds), "POST", "/client/v4/zones/z/dns_records/batch", 200);
    }

    private static Instant at(double seconds) {
        return T0.plusMillis(Math.round(seconds * 1_000));
    }
}
