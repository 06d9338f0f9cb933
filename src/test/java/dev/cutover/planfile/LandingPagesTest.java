package dev.cutover.planfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A landing-page file holds paths and URLs of the site, and nothing a browser would run or fetch elsewhere. */
class LandingPagesTest {
    @TempDir Path directory;

    @Test
    void paths_and_urls_of_the_site_become_paths_in_the_file_s_order() {
        var ok =
                (PlanFile.Ok)
                        read(
                                """
                                \uFEFFurl;visits
                                https://www.acme.example;9
                                https://WWW.ACME.example:443/shop/?a=1&b=2;7\r
                                # seasonal

                                "/a,b/",5
                                /%C3%A4/\t4
                                /shop/?a=1&b=2
                                """);

        assertThat(ok.plan().checks().landingPages())
                .containsExactly("/", "/shop/?a=1&b=2", "/a,b/", "/%C3%A4/");
        assertThat(ok.notes())
                .contains("'pages.csv' line 8 repeats /shop/?a=1&b=2 of 3; it is checked once");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "javascript:alert(1)         | seen 'javascript:'",
                "JavaScript:alert(1)         | seen 'JavaScript:'",
                "data:text/html,x            | seen 'data:'",
                "http://www.acme.example/    | seen 'http:'",
                "https://evil.example/       | seen another host 'https://evil.example'",
                "https://www.acme.example.evil.example/ | another host",
                "https://www.acme.example:8443/ | another host",
                "https://a:b@www.acme.example/  | seen another host",
                "//evil.example/             | expected a path such as",
                "/%zz/                       | two hexadecimal digits",
                "/a%2                        | two hexadecimal digits",
                "/top#prices                 | fragment",
                "/a b                        | percent-encoded",
                "/\u00e4                     | percent-encoded",
                "/a\\b                       | percent-encoded",
                "shop/                       | expected a path such as",
            })
    void what_is_no_page_of_the_site_is_named_with_its_line(String line, String said) {
        assertThat(mistake("/\n" + line + "\n")).startsWith("'pages.csv' line 2: ").contains(said);
    }

    @Test
    void control_characters_are_named_by_number() {
        assertThat(mistake("/\n/\u0000shop\n"))
                .contains("line 2: holds a control character (U+0000)");
        assertThat(mistake("/\n/\u001b[31m\n")).contains("(U+001b)");
    }

    @Test
    void an_empty_file_is_refused() {
        assertThat(mistake("")).contains("'pages.csv' is empty");
        assertThat(mistake("\n \n# only a comment\n")).contains("is empty");
        assertThat(mistake("path,visits\n")).contains("holds 0 pages");
    }

    @Test
    void a_hundred_thousand_lines_are_counted_and_refused() {
        String pages =
                IntStream.range(0, 100_000)
                        .mapToObj(i -> "/page-" + i)
                        .collect(Collectors.joining("\n"));

        assertThat(mistake(pages)).contains("has 100,000 lines, at most 1,000 are checked");
    }

    @Test
    void a_thousand_pages_below_a_header_are_read() {
        String pages =
                IntStream.range(0, 1_000)
                        .mapToObj(i -> "/page-" + i)
                        .collect(Collectors.joining("\n"));

        assertThat(((PlanFile.Ok) read("path\n" + pages)).plan().checks().landingPages())
                .hasSize(1_000);
        assertThat(mistake(pages + "\n/one-more\n")).contains("holds 1001 pages");
    }

    @Test
    void only_the_first_wrong_lines_are_listed() {
        var bad = (PlanFile.Bad) read("javascript:x\n".repeat(500));

        assertThat(bad.mistakes()).hasSize(11);
        assertThat(bad.mistakes().getLast().message()).contains("and 490 more lines are wrong");
    }

    @Test
    void a_file_is_read_only_beside_the_plan() throws IOException {
        Path base = Files.createDirectory(directory.resolve("plans"));
        Files.writeString(directory.resolve("outside.csv"), "/\n");
        Files.writeString(base.resolve("inside.csv"), "/\n");
        Files.createSymbolicLink(base.resolve("link.csv"), directory.resolve("outside.csv"));
        Files.write(base.resolve("binary.csv"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        PageFiles files = PageFiles.under(base);

        assertThat(files.load("inside.csv")).isEqualTo(new PageFiles.Text("/\n"));
        for (String name :
                List.of(
                        "../outside.csv",
                        base.resolve("inside.csv").toString(),
                        "link.csv",
                        "missing.csv",
                        "binary.csv",
                        ".",
                        "a\u0000b")) {
            assertThat(files.load(name)).as(name).isInstanceOf(PageFiles.Refused.class);
        }
    }

    @Test
    void a_file_too_large_to_read_is_refused() throws IOException {
        Files.writeString(
                directory.resolve("huge.csv"), "/\n".repeat(PageFiles.MOST_BYTES / 2 + 1));

        assertThat(PageFiles.under(directory).load("huge.csv"))
                .isEqualTo(new PageFiles.Refused("is larger than 16 MB"));
    }

    private static PlanFile.Outcome read(String pages) {
        return PlanFile.read(PlanTexts.FULL, PlanTexts.contextWithPages(pages));
    }

    private static String mistake(String pages) {
        var mistakes = ((PlanFile.Bad) read(pages)).mistakes();
        assertThat(mistakes).hasSize(1);
        assertThat(mistakes.getFirst().line()).isEqualTo(45);
        assertThat(mistakes.getFirst().path()).isEqualTo("checks.landing-pages");
        return mistakes.getFirst().message();
    }
}
