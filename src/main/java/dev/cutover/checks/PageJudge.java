package dev.cutover.checks;

import dev.cutover.core.evidence.Evidence.PageResult;
import dev.cutover.net.Exchange;
import dev.cutover.net.Exchange.Answer;
import dev.cutover.net.Exchange.NoAnswer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** What is wrong with a page, from its answer alone. */
final class PageJudge {
    /** By which header an origin says which side it is. */
    static final String MARKER = "X-Origin";

    /**
     * A title that is nothing but an excuse. Whole phrases only: a page about the maintenance of
     * boilers is no holding page.
     */
    private static final Pattern EXCUSE =
            Pattern.compile(
                    "(?i)(we(['\u2019]| wi)ll be |be )?(right )?back (soon|shortly|in a (bit|moment))\\W*"
                            + "|(we(['\u2019]| wi)ll )?be right back\\W*"
                            + "|(site |website )?(is )?(currently )?(under|down for|in|scheduled) "
                            + "(maintenance|construction)( mode)?\\W*"
                            + "|(site |website )?maintenance( mode| page)?\\W*"
                            + "|coming soon\\W*|service (temporarily )?unavailable\\W*");

    private static final List<String> HTML = List.of("text/html", "application/xhtml+xml");
    private static final int MOST_TITLE = 100;

    private PageJudge() {}

    static PageResult judge(String path, Exchange got) {
        return switch (got) {
            case NoAnswer none -> new PageResult(path, none.status(), "", none.problem());
            case Answer answer ->
                    new PageResult(
                            path,
                            answer.status(),
                            answer.header(MARKER).orElse(""),
                            problem(answer));
        };
    }

    private static String problem(Answer answer) {
        Optional<String> retryAfter = answer.header("retry-after");
        if (answer.status() != 200) {
            String meaning =
                    switch (answer.status()) {
                        case 401, 407 -> " (asks for a login)";
                        case 421 -> " (this server does not serve that name)";
                        default ->
                                retryAfter.isPresent()
                                        ? " (a holding page: Retry-After "
                                                + clipped(retryAfter.get())
                                                + ")"
                                        : "";
                    };
            return "expected status 200, seen " + answer.status() + meaning + where(answer);
        }
        if (!HTML.contains(answer.mediaType())) {
            return "expected text/html, seen '" + clipped(answer.mediaType()) + "'" + where(answer);
        }
        if (answer.cut()) {
            return "the page does not end within "
                    + answer.body().length
                    + " bytes"
                    + where(answer);
        }
        if (retryAfter.isPresent()) {
            return "a holding page with status 200: Retry-After "
                    + clipped(retryAfter.get())
                    + where(answer);
        }
        String title = clipped(document(answer).title().strip());
        if (title.isEmpty()) {
            return "the page has no title" + where(answer);
        }
        return EXCUSE.matcher(title).matches()
                ? "a holding page with status 200: title '" + title + "'" + where(answer)
                : "";
    }

    /**
     * Where the page tells crawlers not to index it; empty when nowhere.
     *
     * <p>Source: Google Search Central, robots meta tag, 2026-11: the strictest rule wins, a rule may
     * be for one crawler.
     */
    static Optional<String> noindex(Answer answer) {
        for (String header : answer.headers().getOrDefault("x-robots-tag", List.of())) {
            if (forbids(header)) {
                return Optional.of("X-Robots-Tag");
            }
        }
        if (!HTML.contains(answer.mediaType())) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>(List.of("robots"));
        names.addAll(RobotsFile.CRAWLERS);
        for (Element meta : document(answer).select("meta[name][content]")) {
            if (names.contains(meta.attr("name").strip().toLowerCase(Locale.ROOT))
                    && forbids(meta.attr("content"))) {
                return Optional.of("meta " + meta.attr("name").strip().toLowerCase(Locale.ROOT));
            }
        }
        return Optional.empty();
    }

    private static boolean forbids(String rules) {
        // A crawler's name may stand before its rules: "googlebot: noindex".
        for (String rule : rules.toLowerCase(Locale.ROOT).split("[,:]", -1)) {
            if (rule.strip().equals("noindex") || rule.strip().equals("none")) {
                return true;
            }
        }
        return false;
    }

    private static Document document(Answer answer) {
        String charset = answer.charset().map(Charset::name).orElse(null);
        try {
            return Jsoup.parse(
                    new ByteArrayInputStream(answer.body()), charset, answer.url().toString());
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory cannot fail to be read", e);
        }
    }

    private static String where(Answer answer) {
        return answer.hops().isEmpty()
                ? ""
                : ", after " + answer.hops().size() + " redirects at " + answer.url();
    }

    private static String clipped(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() > MOST_TITLE ? line.substring(0, MOST_TITLE) + "..." : line;
    }
}
