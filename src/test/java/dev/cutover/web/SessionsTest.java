package dev.cutover.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.api.ApiKeys;
import dev.cutover.api.Role;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/// Who is signed in, for how long, and how many.
class SessionsTest {
    private static final ApiKeys.Caller GRACE =
            new ApiKeys.Caller("grace", EnumSet.of(Role.OPERATOR));

    private long nanos = 7;
    private final Sessions sessions = new Sessions(() -> nanos);

    @Test
    void a_cookie_opens_its_session_until_it_is_closed() {
        String cookie = sessions.open(GRACE);

        assertThat(sessions.of(cookie).orElseThrow().caller()).isEqualTo(GRACE);
        assertThat(sessions.of(cookie + "x")).isEmpty();
        assertThat(sessions.of(null)).isEmpty();
        sessions.close(cookie);
        assertThat(sessions.of(cookie)).isEmpty();
    }

    @Test
    void a_session_ends_after_twelve_hours_however_much_it_is_used() {
        String cookie = sessions.open(GRACE);

        nanos += Duration.ofHours(12).toNanos();
        assertThat(sessions.of(cookie)).isPresent();
        nanos += 1;
        assertThat(sessions.of(cookie)).isEmpty();
    }

    @Test
    void the_session_used_longest_ago_makes_room() {
        String first = sessions.open(GRACE);
        String second = sessions.open(GRACE);
        for (int i = 2; i < Sessions.MOST; i++) {
            sessions.open(GRACE);
        }
        assertThat(sessions.of(first)).isPresent();

        sessions.open(GRACE);

        assertThat(sessions.of(first)).isPresent();
        assertThat(sessions.of(second)).isEmpty();
    }

    @Test
    void a_code_signs_in_once_and_not_after_ten_minutes() {
        String code = sessions.code(GRACE);
        assertThat(sessions.redeem(code)).contains(GRACE);
        assertThat(sessions.redeem(code)).isEmpty();

        String late = sessions.code(GRACE);
        nanos += Sessions.CODE_LIFE.toNanos() + 1;
        assertThat(sessions.redeem(late)).isEmpty();
    }

    @Test
    void only_so_many_codes_wait() {
        String oldest = sessions.code(GRACE);
        for (int i = 0; i < Sessions.MOST_CODES; i++) {
            sessions.code(GRACE);
        }
        assertThat(sessions.redeem(oldest)).isEmpty();
    }

    @Test
    void a_form_is_its_session_s_by_its_token_alone() {
        Sessions.Session session = sessions.of(sessions.open(GRACE)).orElseThrow();
        Sessions.Session other = sessions.of(sessions.open(GRACE)).orElseThrow();

        assertThat(session.wrote(session.csrf())).isTrue();
        assertThat(session.wrote(other.csrf())).isFalse();
        assertThat(session.wrote(null)).isFalse();
        assertThat(session.toString()).doesNotContain(session.csrf());
    }
}
