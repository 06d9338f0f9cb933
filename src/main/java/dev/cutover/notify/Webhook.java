package dev.cutover.notify;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.cutover.core.announce.Announcement;
import dev.cutover.json.CoreJson;
import dev.cutover.net.Directions;
import dev.cutover.net.Exchange;
import dev.cutover.net.HttpRequest;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.port.Announcer;
import dev.cutover.port.Deadline;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Announcements as signed webhooks. Redirects are not followed; of an answer's body a little is read and
 * nothing is believed.
 *
 * <p>Taken means any 2xx. 410 ends the channel. No answer, 3xx, 408, 425, 429 and 5xx mean that the receiver
 * is away, any other status that it declines this one announcement.
 *
 * <p>Source: Standard Webhooks 1.0, https://www.standardwebhooks.com; Retry-After: RFC 9110 section 10.2.3.
 */
public final class Webhook implements Announcer {
    private static final int MOST_ANSWER_BYTES = 4_096;
    private static final int MOST_PAUSE_DIGITS = 9;

    private final String name;
    private final URI url;
    private final List<String> secrets;
    private final PinnedHttp http;
    private final Secrets resolver;
    private final InstantSource clock;

    /**
     * A receiver.
     *
     * @param name of the channel, 1 to 40 of {@code a-z 0-9 -}
     * @param secrets references to signing keys, at least one; each signs, so that a receiver can change
     *     from one to the next
     * @param clock the system's time, not plan time: a receiver refuses timestamps that are not of now
     * @throws IllegalArgumentException when one of these is not so
     */
    public Webhook(
            String name,
            URI url,
            List<String> secrets,
            PinnedHttp http,
            Secrets resolver,
            InstantSource clock) {
        if (!name.matches("[a-z0-9][a-z0-9-]{0,39}")) {
            throw new IllegalArgumentException(
                    "expected a receiver's name of 1 to 40 of a-z, 0-9 and '-', seen '"
                            + name
                            + "'");
        }
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException(
                    "webhook " + name + ": expected at least one reference to a signing secret");
        }
        this.name = name;
        this.url = url;
        this.secrets = List.copyOf(secrets);
        this.http = http;
        this.resolver = resolver;
        this.clock = clock;
        // Here, so that a wrong URL stops the start and not the first announcement.
        HttpRequest unused = request("");
    }

    private HttpRequest request(String body) {
        return HttpRequest.sending("POST", url, HttpRequest.Body.json(body))
                .reading(MOST_ANSWER_BYTES);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String address() {
        return url.toString();
    }

    @Override
    public Heard announce(Announcement announcement, Deadline deadline) {
        String body = body(announcement);
        long timestamp = clock.instant().getEpochSecond();
        String signatures =
                secrets.stream()
                        .map(r -> SigningKey.of(r, resolver.resolve(r)))
                        .map(key -> key.sign(announcement.id(), timestamp, body))
                        .collect(Collectors.joining(" "));
        HttpRequest request =
                request(body)
                        .with("webhook-id", announcement.id())
                        .with("webhook-timestamp", Long.toString(timestamp))
                        .with("webhook-signature", signatures);
        return switch (http.send(request, Directions.bySystem(), deadline)) {
            case Exchange.NoAnswer none -> new Heard.Away(none.problem(), Optional.empty());
            case Exchange.Answer answer -> judge(answer);
        };
    }

    private Heard judge(Exchange.Answer answer) {
        int status = answer.status();
        String seen = "answered " + status;
        if (status / 100 == 2) {
            return new Heard.Taken();
        }
        if (status == 410) {
            return new Heard.Gone(seen);
        }
        if (status / 100 == 3) {
            return new Heard.Away(
                    seen + ", a redirect, which is not followed; set the new URL",
                    Optional.empty());
        }
        boolean away = status >= 500 || status == 408 || status == 425 || status == 429;
        return away ? new Heard.Away(seen, pause(answer)) : new Heard.Declined(seen);
    }

    /** Seconds or a date. */
    private Optional<Duration> pause(Exchange.Answer answer) {
        return answer.header("retry-after").map(String::strip).flatMap(this::pause);
    }

    private Optional<Duration> pause(String text) {
        if (text.matches("\\d{1," + MOST_PAUSE_DIGITS + "}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant until =
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration wait = Duration.between(clock.instant(), until);
            return wait.isPositive() ? Optional.of(wait) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** What is posted; of the announcement alone, so that a repeat says the same, byte by byte. */
    static String body(Announcement a) {
        return CoreJson.ascii(
                new Body(
                        "cutover." + a.code(),
                        a.at(),
                        new Data(
                                a.id(),
                                a.cutover().value(),
                                a.seq(),
                                a.code(),
                                a.urgent(),
                                a.text(),
                                a.steps())));
    }

    /**
     * The body of one delivery.
     *
     * @param timestamp plan time of the event
     */
    @JsonPropertyOrder({"type", "timestamp", "data"})
    private record Body(String type, Instant timestamp, Data data) {}

    private record Data(
            String id,
            String cutover,
            long seq,
            String code,
            boolean urgent,
            String text,
            List<String> steps) {}
}
