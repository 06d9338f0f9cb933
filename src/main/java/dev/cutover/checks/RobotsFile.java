package dev.cutover.checks;

import crawlercommons.robots.SimpleRobotRules;
import crawlercommons.robots.SimpleRobotRulesParser;
import dev.cutover.net.Exchange.Answer;
import java.net.URI;
import java.util.Arrays;
import java.util.List;

/**
 * What a robots.txt lets the two large crawlers read.
 *
 * <p>The status comes first: 2xx is read, 4xx but 429 allows all, 429 and 5xx block all. The parser's
 * own mapping takes 429 for "allow", and its {@code isAllowNone} is false for {@code Disallow: /},
 * so neither is used. Source: RFC 9309 section 2.3.1; Google Search Central, robots.txt, 2026-11.
 */
final class RobotsFile {
    /** By the names their groups are found under. */
    static final List<String> CRAWLERS = List.of("googlebot", "bingbot");

    // Crawlers read no further. Source: RFC 9309 section 2.5.
    private static final int MOST_BYTES = 500 * 1024;

    private final boolean blocksAll;
    private final List<SimpleRobotRules> rules;

    private RobotsFile(boolean blocksAll, List<SimpleRobotRules> rules) {
        this.blocksAll = blocksAll;
        this.rules = rules;
    }

    static RobotsFile of(Answer answer) {
        int status = answer.status();
        if (status / 100 == 2) {
            byte[] body = answer.body();
            byte[] read = body.length > MOST_BYTES ? Arrays.copyOf(body, MOST_BYTES) : body;
            return new RobotsFile(
                    false,
                    CRAWLERS.stream()
                            .map(
                                    crawler ->
                                            new SimpleRobotRulesParser()
                                                    .parseContent(
                                                            answer.url().toString(),
                                                            read,
                                                            "text/plain",
                                                            List.of(crawler)))
                            .toList());
        }
        return new RobotsFile(status == 429 || status / 100 == 5, List.of());
    }

    /** Whether either crawler may not read this URL. */
    boolean blocks(URI url) {
        return blocksAll || rules.stream().anyMatch(r -> !r.isAllowed(url.toString()));
    }
}
