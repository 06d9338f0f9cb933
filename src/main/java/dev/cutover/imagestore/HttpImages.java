package dev.cutover.imagestore;

import dev.cutover.core.image.BeforeImage;
import dev.cutover.json.BeforeImageJson;
import dev.cutover.json.UnreadableJsonException;
import dev.cutover.net.Directions;
import dev.cutover.net.Exchange;
import dev.cutover.net.HttpRequest;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.ImageStore;
import dev.cutover.port.PortException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** Before-images off this node, at anything that takes PUT and GET: a WebDAV folder, an object store. */
public final class HttpImages implements ImageStore {
    private final String base;
    private final Optional<String> credentials;
    private final PinnedHttp http;
    private final Secrets secrets;
    private final CallLog log;
    private final InstantSource clock;

    /**
     * A place below a base URL.
     *
     * @param credentials a secret reference sent as bearer credential; empty for none
     */
    public HttpImages(
            URI base,
            Optional<String> credentials,
            PinnedHttp http,
            Secrets secrets,
            CallLog log,
            InstantSource clock) {
        this.base = base.toString().replaceAll("/+$", "") + "/";
        this.credentials = credentials;
        this.http = http;
        this.secrets = secrets;
        this.log = log;
        this.clock = clock;
    }

    @Override
    public String keep(BeforeImage image, Call call) {
        String place = base + image.cutover() + ".before-image.json";
        Exchange.Answer answer =
                ask(
                        "PUT",
                        place,
                        Optional.of(HttpRequest.Body.json(BeforeImageJson.write(image))),
                        call);
        if (answer.status() / 100 != 2) {
            throw problem("PUT", place, answer);
        }
        return place;
    }

    @Override
    public BeforeImage read(String place, Call call) {
        if (!place.startsWith(base)) {
            // Our credential goes nowhere else.
            throw PortException.lasting(place + " is not below " + base + "; nothing was asked");
        }
        Exchange.Answer answer = ask("GET", place, Optional.empty(), call);
        if (answer.status() != 200) {
            throw problem("GET", place, answer);
        }
        try {
            return BeforeImageJson.read(answer.body());
        } catch (UnreadableJsonException e) {
            throw new PortException(
                    PortException.Category.PERMANENT,
                    place
                            + " holds no before-image: "
                            + e.getMessage()
                            + "; take it from its other place",
                    e);
        }
    }

    private Exchange.Answer ask(
            String method, String place, Optional<HttpRequest.Body> body, Call call) {
        HttpRequest request =
                new HttpRequest(
                        method,
                        URI.create(place),
                        Map.of(),
                        body,
                        credentials.map(secrets::resolve),
                        BeforeImageJson.MOST_BYTES);
        Instant at = clock.instant();
        long from = System.nanoTime();
        String outcome = "not sent";
        try {
            Exchange got = http.send(request, Directions.bySystem(), call.deadline());
            if (got instanceof Exchange.Answer answer) {
                outcome = Integer.toString(answer.status());
                return answer;
            }
            Exchange.NoAnswer none = (Exchange.NoAnswer) got;
            outcome = none.problem();
            String message = "before-image " + method + " " + place + ": " + outcome;
            throw none.stage() == Exchange.Stage.REFUSED
                    ? PortException.denied(message)
                    : PortException.passing(message);
        } finally {
            log.record(
                    new ProviderCall(
                            call.cutover(),
                            call.purpose(),
                            "images",
                            method,
                            URI.create(place).getPath(),
                            at,
                            Duration.ofNanos(System.nanoTime() - from),
                            outcome,
                            body.isPresent()));
        }
    }

    private static PortException problem(String method, String place, Exchange.Answer answer) {
        String message = "before-image " + method + " " + place + ": " + answer.status();
        return switch (answer.status()) {
            case 401, 403 -> PortException.denied(message + "; check cutover.images.credentials");
            case 404, 405, 413 -> PortException.lasting(message);
            default -> PortException.passing(message);
        };
    }
}
