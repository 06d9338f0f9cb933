package dev.cutover.core.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchedTest {
    private static final Instant NOON = Instant.parse("2026-12-03T12:00:00Z");

    @Test
    void nothing_counted_is_not_watched() {
        assertThat(Watched.since(List.of(), NOON)).isEmpty();
        assertThat(Watched.since(List.of(new Bucket(NOON.minusSeconds(5), second(), 0, 0)), NOON))
                .as("a bucket without requests")
                .isEmpty();
    }

    @Test
    void a_stretch_begins_with_its_first_bucket_whatever_their_order() {
        List<Bucket> buckets = every(1, 0, 100);
        assertThat(Watched.since(buckets.reversed(), NOON.plusSeconds(101))).hasValue(NOON);
    }

    @Test
    void a_few_lost_bursts_do_not_break_a_stretch() {
        List<Bucket> buckets = new ArrayList<>(every(1, 0, 50));
        buckets.addAll(every(1, 80, 100));
        assertThat(Watched.since(buckets, NOON.plusSeconds(100))).hasValue(NOON);
    }

    @Test
    void half_a_minute_of_silence_breaks_it() {
        List<Bucket> buckets = new ArrayList<>(every(1, 0, 50));
        buckets.addAll(every(1, 90, 100));
        assertThat(Watched.since(buckets, NOON.plusSeconds(100))).hasValue(NOON.plusSeconds(90));
    }

    @Test
    void silence_until_now_means_that_nobody_watches() {
        assertThat(Watched.since(every(1, 0, 50), NOON.plusSeconds(90))).isEmpty();
    }

    @Test
    void a_bucket_is_watched_for_its_whole_length() {
        Bucket minute = new Bucket(NOON, Duration.ofMinutes(1), 300, 0);
        Bucket next = new Bucket(NOON.plusSeconds(60), Duration.ofMinutes(1), 300, 0);
        assertThat(Watched.since(List.of(minute, next), NOON.plusSeconds(120))).hasValue(NOON);
    }

    private static List<Bucket> every(int seconds, int from, int to) {
        List<Bucket> buckets = new ArrayList<>();
        for (int at = from; at <= to; at += seconds) {
            buckets.add(new Bucket(NOON.plusSeconds(at), second(), 3, 0));
        }
        return buckets;
    }

    private static Duration second() {
        return Duration.ofSeconds(1);
    }
}
