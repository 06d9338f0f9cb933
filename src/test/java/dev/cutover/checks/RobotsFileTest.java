package dev.cutover.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// RFC 9309 as the two large crawlers obey it.
class RobotsFileTest {
    @ParameterizedTest
    @CsvSource({
        "200, false",
        "204, false",
        "401, false",
        "403, false",
        "404, false",
        "410, false",
        "429, true",
        "500, true",
        "503, true",
    })
    void the_status_comes_first(int status, boolean blocked) {
        assertThat(blocks(status, "", "/")).isEqualTo(blocked);
    }

    @Test
    void disallow_slash_blocks_everything_but_what_is_allowed() {
        assertThat(blocks("User-agent: *\nDisallow: /\n", "/a")).isTrue();
        assertThat(blocks("User-agent: *\nDisallow: /\nAllow: /a\n", "/a/b")).isFalse();
        assertThat(blocks("User-agent: *\nDisallow:\n", "/a")).isFalse();
        assertThat(blocks("", "/a")).isFalse();
    }

    @Test
    void the_longest_rule_wins_and_allow_wins_a_tie() {
        String rules =
                "User-agent: *\nDisallow: /shop/\nAllow: /shop/tables\nDisallow: /x\nAllow: /x\n";
        assertThat(blocks(rules, "/shop/chairs")).isTrue();
        assertThat(blocks(rules, "/shop/tables/oak")).isFalse();
        assertThat(blocks(rules, "/x")).isFalse();
        assertThat(blocks("User-agent: *\nDisallow: /*.pdf$\n", "/a.pdf")).isTrue();
        assertThat(blocks("User-agent: *\nDisallow: /*.pdf$\n", "/a.pdf?x")).isFalse();
    }

    @Test
    void one_crawler_shut_out_is_enough() {
        assertThat(blocks("User-agent: bingbot\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "/a"))
                .isTrue();
        assertThat(blocks("User-agent: Googlebot\nDisallow: /\n", "/a")).isTrue();
        assertThat(blocks("User-agent: otherbot\nDisallow: /\n", "/a")).isFalse();
    }

    @Test
    void groups_for_one_crawler_are_one_group() {
        String rules =
                """
                User-agent: googlebot
                Disallow: /a

                User-agent: googlebot
                Disallow: /b

                User-agent: *
                Disallow: /c
                """;
        assertThat(blocks(rules, "/a")).isTrue();
        assertThat(blocks(rules, "/b")).isTrue();
        // bingbot has no group of its own and obeys the general one.
        assertThat(blocks(rules, "/c")).isTrue();
        assertThat(blocks(rules, "/d")).isFalse();
    }

    @Test
    void crawlers_read_no_further_than_500_kib() {
        String long_ = "# " + "x".repeat(600_000) + "\nUser-agent: *\nDisallow: /\n";
        assertThat(blocks(long_, "/a")).isFalse();
        assertThat(blocks("\ufeffUser-agent: *\nDisallow: /\n", "/a")).isTrue();
        assertThat(blocks("<html><title>Acme</title></html>", "/a")).isFalse();
    }

    private static boolean blocks(String text, String path) {
        return blocks(200, text, path);
    }

    private static boolean blocks(int status, String text, String path) {
        return RobotsFile.of(PageJudgeTest.answer(status, Map.of(), text))
                .blocks(URI.create("https://www.acme.example" + path));
    }
}
