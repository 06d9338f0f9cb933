package dev.cutover.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.api.ApiKeys;
import dev.cutover.api.MemorySignIns;
import dev.cutover.api.Role;
import dev.cutover.run.OpenSessions;
import dev.cutover.run.StoreUnavailableException;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/// Who is signed in, for how long, at which nodes, and how many.
class SessionsTest {
    private static final ApiKeys.Issued GRACE = ApiKeys.issue("grace", EnumSet.of(Role.OPERATOR));
    private static final ApiKeys.Issued ADA = ApiKeys.issue("ada", EnumSet.of(Role.VIEWER));
    private static final String GRACES = ApiKeys.digest(GRACE.key());
    private static final String ADAS = ApiKeys.digest(ADA.key());

    private long nanos = 7;
    private ApiKeys keys = ApiKeys.parse(GRACE.line() + "\n" + ADA.line());
    private final MemorySignIns store = new MemorySignIns(() -> nanos);
    private final Sessions sessions = node();
    private final Sessions otherNode = node();

    private Sessions node() {
        return new Sessions(new OpenSessions(store), () -> keys, () -> nanos);
    }

    @Test
    void a_cookie_opens_its_session_until_it_is_closed() {
        String cookie = sessions.open(GRACES);

        assertThat(sessions.of(cookie).orElseThrow().caller().name()).isEqualTo("grace");
        assertThat(sessions.of(cookie + "x")).isEmpty();
        assertThat(sessions.of(null)).isEmpty();
        sessions.close(cookie);
        assertThat(sessions.of(cookie)).isEmpty();
    }

    @Test
    void every_node_knows_it_and_its_forms_and_loses_it_within_two_seconds() {
        String cookie = sessions.open(GRACES);
        String csrf = sessions.of(cookie).orElseThrow().csrf();
        assertThat(otherNode.of(cookie).orElseThrow().wrote(csrf)).isTrue();

        sessions.close(cookie);

        pass(Sessions.BELIEVED.plusNanos(1));
        assertThat(otherNode.of(cookie)).isEmpty();
    }

    @Test
    void a_session_ends_after_twelve_hours_however_much_it_is_used() {
        String cookie = sessions.open(GRACES);

        pass(Duration.ofHours(12).minusNanos(1));
        assertThat(sessions.of(cookie)).isPresent();
        pass(Sessions.BELIEVED.plusNanos(1));
        assertThat(sessions.of(cookie)).isEmpty();
    }

    @Test
    void a_session_is_worth_what_its_key_is_worth_now() {
        String cookie = sessions.open(GRACES);

        keys = ApiKeys.parse(ADA.line());

        assertThat(sessions.of(cookie)).isEmpty();
    }

    @Test
    void who_signs_in_again_and_again_signs_nobody_else_out() {
        String grace = sessions.open(GRACES);
        String first = sessions.open(ADAS);
        for (int i = 0; i < Sessions.MOST; i++) {
            sessions.open(ADAS);
        }

        assertThat(sessions.of(grace)).isPresent();
        assertThat(sessions.of(first)).isEmpty();
    }

    @Test
    void while_the_store_is_away_its_last_word_counts() {
        String cookie = sessions.open(GRACES);
        assertThat(sessions.of(cookie)).isPresent();

        store.away = true;
        pass(Duration.ofMinutes(5));

        assertThat(sessions.of(cookie)).isPresent();
        assertThatThrownBy(() -> otherNode.of(cookie))
                .isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void a_code_signs_in_once_at_any_node_and_not_after_ten_minutes() {
        String code = sessions.code(GRACES);
        assertThat(otherNode.redeem(code)).contains(GRACES);
        assertThat(sessions.redeem(code)).isEmpty();
        assertThat(sessions.of(code)).isEmpty();

        String late = sessions.code(GRACES);
        pass(Sessions.CODE_LIFE.plusNanos(1));
        assertThat(sessions.redeem(late)).isEmpty();
    }

    @Test
    void only_so_many_codes_of_a_key_wait() {
        String oldest = sessions.code(GRACES);
        for (int i = 0; i < Sessions.MOST_CODES; i++) {
            sessions.code(GRACES);
        }
        assertThat(sessions.redeem(oldest)).isEmpty();
    }

    @Test
    void a_form_is_its_session_s_by_its_token_alone() {
        Sessions.Session session = sessions.of(sessions.open(GRACES)).orElseThrow();
        Sessions.Session other = sessions.of(sessions.open(GRACES)).orElseThrow();

        assertThat(session.wrote(session.csrf())).isTrue();
        assertThat(session.wrote(other.csrf())).isFalse();
        assertThat(session.wrote(null)).isFalse();
        assertThat(session.toString()).doesNotContain(session.csrf());
    }

    private void pass(Duration span) {
        nanos += span.toNanos();
    }
}
