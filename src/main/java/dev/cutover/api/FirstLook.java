package dev.cutover.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.regex.Pattern;

/// Looks at every request before the platform does, and answers with a problem what it would refuse
/// without a word: requests for no host or several, addresses that cannot be decoded, and bodies
/// that say they are too large.
///
/// What is no HTTP at all, and lines or headers beyond the platform's bounds (414, 431), never come
/// this far: the connection ends with a bare status. Source: RFC 9112 sections 3 and 3.2, RFC 3986
/// section 2.1.
@ApplicationScoped
public class FirstLook {
    /// After the headers that every answer carries, before everything else.
    private static final int ORDER = Integer.MIN_VALUE + 1;

    private static final int TOO_LARGE = 413;

    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    void stand(@Observes Router router) {
        router.route().order(ORDER).handler(FirstLook::look);
    }

    private static void look(RoutingContext routing) {
        closeWhatIsNotRead(routing);
        Optional<Problem> problem = problem(routing);
        if (problem.isEmpty()) {
            routing.next();
            return;
        }
        String instance = String.valueOf(routing.request().path());
        var unused =
                routing.response()
                        .setStatusCode(problem.get().status())
                        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                        .end(problem.get().body(instance).toString());
    }

    /// A body above the bound, or without end, would be taken from the connection for as long as
    /// its sender likes.
    private static void closeWhatIsNotRead(RoutingContext routing) {
        if (routing.request().version() == HttpVersion.HTTP_2) {
            return;
        }
        HttpServerResponse response = routing.response();
        routing.addHeadersEndHandler(
                head -> {
                    if (response.getStatusCode() == TOO_LARGE) {
                        response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
                    }
                });
        routing.addEndHandler(
                sent -> {
                    if (response.getStatusCode() == TOO_LARGE) {
                        var unused = routing.request().connection().close();
                    }
                });
    }

    private static Optional<Problem> problem(RoutingContext routing) {
        var request = routing.request();
        int hosts = request.headers().getAll(HttpHeaders.HOST).size();
        if (hosts > 1 || (hosts == 0 && request.version() == HttpVersion.HTTP_1_1)) {
            return Optional.of(
                    Problem.badParameter("Host", "expected one such header, seen " + hosts));
        }
        if (BROKEN_ESCAPE.matcher(String.valueOf(request.uri())).find()) {
            return Optional.of(
                    Problem.badAddress(
                            "expected two hexadecimal digits after each '%' of the address, seen"
                                    + " others"));
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null
                && length.matches("[0-9]{1,18}")
                && Long.parseLong(length) > Bodies.MOST_BYTES) {
            return Optional.of(Problem.tooLarge(Bodies.MOST_BYTES));
        }
        return Optional.empty();
    }
}
