package dev.cutover.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.judge.Bucket;
import dev.cutover.core.timeline.Adoption;
import dev.cutover.core.timeline.Forecast;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/// What the drawings show, read as XML.
class ChartTest {
    private static final Instant NOW = Instant.parse("2026-12-06T02:14:07Z");

    @Test
    void nothing_measured_draws_nothing() {
        assertThat(Chart.adoption(List.of(), Optional.empty(), NOW).isDrawn()).isFalse();
    }

    @Test
    void adoption_climbs_to_the_upper_edge_when_all_show_the_next_side() throws Exception {
        Chart chart =
                Chart.adoption(
                        List.of(
                                new Adoption(NOW.minusSeconds(60), 0, 40, 0, 0),
                                new Adoption(NOW.minusSeconds(30), 20, 20, 0, 0),
                                new Adoption(NOW, 40, 0, 0, 2)),
                        Optional.empty(),
                        NOW);

        assertThat(path(xml(chart), "line")).isEqualTo("M0 150L300 75L600 0");
        assertThat(chart.now())
                .isEqualTo(
                        "100 % of resolver answers show the next side (40 of 40; 2 not answered)");
    }

    @Test
    void what_is_forecast_is_a_band_that_begins_where_the_curve_ends() throws Exception {
        Forecast forecast =
                new Forecast(
                        NOW,
                        Optional.of(NOW.plusSeconds(60)),
                        0.5,
                        0.9,
                        Optional.empty(),
                        Optional.empty(),
                        List.of(
                                new Forecast.Point(NOW, 0.5, 0.5),
                                new Forecast.Point(NOW.plusSeconds(30), 0.5, 1),
                                new Forecast.Point(NOW.plusSeconds(60), 1, 1)),
                        Map.of(),
                        List.of(),
                        List.of(),
                        new Forecast.AbortCost(0, Duration.ZERO, Duration.ZERO));
        Chart chart =
                Chart.adoption(
                        List.of(
                                new Adoption(NOW.minusSeconds(60), 0, 40, 0, 0),
                                new Adoption(NOW, 20, 20, 0, 0)),
                        Optional.of(forecast),
                        NOW);

        assertThat(path(xml(chart), "line")).isEqualTo("M0 150L300 75");
        assertThat(path(xml(chart), "band")).isEqualTo("M300 75H450V0H600V0V0H600V75H450V75H300Z");
    }

    @Test
    void a_long_curve_stays_short_and_keeps_its_ends() throws Exception {
        List<Adoption> points =
                IntStream.range(0, 10_000)
                        .mapToObj(i -> new Adoption(NOW.plusSeconds(i), i, 9_999 - i, 0, 0))
                        .toList();

        Chart chart = Chart.adoption(points, Optional.empty(), NOW);

        assertThat(path(xml(chart), "line")).startsWith("M0 150").endsWith("L600 0");
        assertThat(chart.svg().length()).isLessThan(8_000);
    }

    @Test
    void a_time_nobody_counted_in_is_no_data_and_not_health() throws Exception {
        Instant from = NOW.minusSeconds(60);
        List<Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            if (i < 20 || i >= 30) {
                buckets.add(
                        new Bucket(
                                from.plusSeconds(i),
                                Duration.ofSeconds(1),
                                i == 40 ? 0 : 3,
                                i == 40 ? 3 : 0));
            }
        }

        Chart chart = Chart.errors(buckets, from, NOW, 0.02);

        assertThat(count(xml(chart), "nodata")).isEqualTo(2);
        assertThat(count(xml(chart), "toomany")).isEqualTo(1);
        assertThat(count(xml(chart), "fine")).isEqualTo(9);
        assertThat(chart.top()).isEqualTo("20 %");
        assertThat(chart.now()).contains("3 of 150").contains("above 2 %");
    }

    @Test
    void what_logs_say_reads_well() {
        assertThat(
                        Words.plain(
                                "since 2026-11-22T12:37:06.831426Z, PT8S; open at 2026-12-06T02:00Z"))
                .isEqualTo("since 2026-11-22 12:37:06 UTC, 8 s; open at 2026-12-06 02:00 UTC");
        assertThat(Words.plain("APT8S and PT are names")).isEqualTo("APT8S and PT are names");
    }

    @Test
    void words_in_a_drawing_stay_words() throws Exception {
        String svg = new Svg("<script>alert(\"1\")</script> & 'more'").done();

        assertThat(svg).doesNotContain("<script");
        assertThat(xml(svg).getDocumentElement().getAttribute("aria-label"))
                .isEqualTo("<script>alert(\"1\")</script> & 'more'");
    }

    @Test
    void a_share_is_never_said_to_be_whole_while_something_is_missing() {
        assertThat(Chart.percent(0.9999)).isEqualTo("99 %");
        assertThat(Chart.percent(1)).isEqualTo("100 %");
        assertThat(Chart.percent(0.005)).isEqualTo("0.5 %");
        assertThat(Chart.percent(0)).isEqualTo("0 %");
    }

    private static int count(Document svg, String kind) {
        int count = 0;
        var shapes = svg.getElementsByTagName("rect");
        for (int i = 0; i < shapes.getLength(); i++) {
            var named = shapes.item(i).getAttributes().getNamedItem("class");
            count += kind.equals(named.getNodeValue()) ? 1 : 0;
        }
        return count;
    }

    private static String path(Document svg, String kind) {
        var paths = svg.getElementsByTagName("path");
        for (int i = 0; i < paths.getLength(); i++) {
            var all = paths.item(i).getAttributes();
            if (kind.equals(all.getNamedItem("class").getNodeValue())) {
                return all.getNamedItem("d").getNodeValue();
            }
        }
        throw new AssertionError("no path " + kind);
    }

    private static Document xml(Chart chart) throws Exception {
        return xml(chart.svg());
    }

    private static Document xml(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
    }
}
