package dev.cutover.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.net.Exchange.Answer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageJudgeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Back soon",
                "We'll be right back",
                "We\u2019ll be back shortly!",
                "Site under maintenance",
                "Maintenance mode",
                "Coming soon...",
                "Under construction",
                "Service temporarily unavailable"
            })
    void an_excuse_is_no_page(String title) {
        assertThat(problem("<title>" + title + "</title>")).startsWith("a holding page");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Boiler maintenance in Berlin",
                "Coming soon: the oak table - Acme",
                "Back",
                "Acme furniture",
                "Get your back in shape soon"
            })
    void a_page_about_such_things_is_a_page(String title) {
        assertThat(problem("<title>" + title + "</title>")).isEmpty();
    }

    @Test
    void a_title_is_the_documents_and_not_blank() {
        assertThat(problem("<title> \n </title>")).isEqualTo("the page has no title");
        assertThat(problem("<body><svg><title>logo</title></svg></body>"))
                .isEqualTo("the page has no title");
        assertThat(problem("<TITLE>Acme</TITLE")).isEmpty();
        assertThat(problem("")).isEqualTo("the page has no title");
        assertThat(problem("<b>".repeat(200_000) + "<title>deep</title>")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "noindex | '' | X-Robots-Tag",
                "googlebot: noindex, nofollow | '' | X-Robots-Tag",
                "none | '' | X-Robots-Tag",
                "index, noarchive | '' | ''",
                "'' | <meta name=ROBOTS content='NoIndex'> | meta robots",
                "'' | <meta name=googlebot content='nofollow,noindex'> | meta googlebot",
                "'' | <meta name=robots content='index,follow'> | ''",
                "'' | <meta name=description content='noindex'> | ''",
                "'' | <!-- <meta name=robots content=noindex> --> | ''",
            })
    void noindex_is_found_where_crawlers_look(String header, String html, String where) {
        Map<String, List<String>> headers =
                header.isEmpty()
                        ? Map.of("content-type", List.of("text/html"))
                        : Map.of(
                                "content-type",
                                List.of("text/html"),
                                "x-robots-tag",
                                List.of("noarchive", header));
        assertThat(PageJudge.noindex(answer(200, headers, html)).orElse("")).isEqualTo(where);
    }

    private static String problem(String html) {
        return PageJudge.judge(
                        "/",
                        answer(
                                200,
                                Map.of("content-type", List.of("text/html;charset=utf-8")),
                                html))
                .problem();
    }

    static Answer answer(int status, Map<String, List<String>> headers, String body) {
        return new Answer(
                URI.create("https://www.acme.example/"),
                status,
                headers,
                body.getBytes(StandardCharsets.UTF_8),
                false,
                List.of());
    }
}
