package dev.cutover.checks;

import dev.cutover.core.evidence.CachedPage;
import dev.cutover.net.Exchange;
import dev.cutover.net.Exchange.Answer;
import dev.cutover.net.Exchange.NoAnswer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** What an answer says of the caches it came through. Source: RFC 9111 section 5.1; CF-Cache-Status. */
final class CacheLook {
    private CacheLook() {}

    static CachedPage of(URI url, Instant askedAt, Exchange seen, Optional<Exchange> own) {
        if (!(seen instanceof Answer answer)) {
            return failed(url.toString(), askedAt, 0, "as visitors reach it: " + problem(seen));
        }
        if (own.isPresent() && !(own.get() instanceof Answer)) {
            return failed(
                    url.toString(),
                    askedAt,
                    answer.status(),
                    "at the side itself: " + problem(own.get()));
        }
        Optional<Answer> wanted = own.map(Answer.class::cast);
        return new CachedPage(
                url.toString(),
                askedAt,
                answer.status(),
                answer.header("CF-Cache-Status").orElse(""),
                age(answer),
                answer.header(PageJudge.MARKER).orElse(""),
                wanted.flatMap(a -> a.header(PageJudge.MARKER)).orElse(""),
                wanted.map(a -> Arrays.equals(a.body(), answer.body())).orElse(false),
                "");
    }

    static CachedPage failed(String url, Instant askedAt, int status, String failure) {
        return new CachedPage(url, askedAt, status, "", Optional.empty(), "", "", false, failure);
    }

    private static String problem(Exchange got) {
        return got instanceof NoAnswer none ? none.problem() : "";
    }

    private static Optional<Duration> age(Answer answer) {
        return answer.header("Age")
                .filter(text -> text.matches("\\d{1,9}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }
}
