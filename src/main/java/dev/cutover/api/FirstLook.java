package dev.cutover.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;

/// Looks at every request before the platform does, and answers with a problem what it would refuse
/// without a word: requests for no host or several, and bodies that say they are too large.
///
/// What is no HTTP, an address that is no URI, and lines or headers beyond the platform's bounds
/// (414, 431) never come this far: they get a bare status. Source: RFC 9112 section 3.2.
@ApplicationScoped
public class FirstLook {
    /// After the headers that every answer carries, before everything else.
    private static final int ORDER = Integer.MIN_VALUE + 1;

    /// The platform's own bound (`quarkus.http.limits.max-body-size`). Up to it our calls say
    /// themselves what they take.
    private static final long MOST_LET_COME = 16 << 20;

    private static final int BAD_REQUEST = 400;
    private static final int TOO_LARGE = 413;

    void stand(@Observes Router router) {
        router.route().order(ORDER).handler(FirstLook::look).failureHandler(FirstLook::failed);
    }

    private static void look(RoutingContext routing) {
        closeWhatHasNoEnd(routing);
        Optional<Problem> problem = problem(routing);
        if (problem.isEmpty()) {
            routing.next();
            return;
        }
        answer(routing, problem.get());
    }

    /// What the router cannot take at all never reaches a handler, only this.
    private static void failed(RoutingContext routing) {
        if (routing.statusCode() != BAD_REQUEST || routing.response().headWritten()) {
            routing.next();
            return;
        }
        answer(
                routing,
                problem(routing).orElseGet(() -> Problem.ofStatus(BAD_REQUEST, "Bad Request")));
    }

    private static void answer(RoutingContext routing, Problem problem) {
        String instance = String.valueOf(routing.request().path());
        var unused =
                routing.response()
                        .setStatusCode(problem.status())
                        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                        .end(problem.body(instance).toString());
    }

    /// A body without an end that is known would be taken from the connection for as long as its
    /// sender likes. One of moderate length is let come: many clients send it whole before they
    /// read
    /// the answer, and would see nothing but a broken connection.
    private static void closeWhatHasNoEnd(RoutingContext routing) {
        if (routing.request().version() == HttpVersion.HTTP_2 || isModerate(routing.request())) {
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

    private static boolean isModerate(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length != null
                && length.matches("[0-9]{1,18}")
                && Long.parseLong(length) <= MOST_LET_COME;
    }

    private static Optional<Problem> problem(RoutingContext routing) {
        var request = routing.request();
        int hosts = request.headers().getAll(HttpHeaders.HOST).size();
        if (hosts > 1 || (hosts == 0 && request.version() == HttpVersion.HTTP_1_1)) {
            return Optional.of(
                    Problem.badParameter("Host", "expected one such header, seen " + hosts));
        }
        if (request.getHeader(HttpHeaders.CONTENT_LENGTH) != null && !isModerate(request)) {
            return Optional.of(Problem.tooLarge(Bodies.MOST_BYTES));
        }
        return Optional.empty();
    }
}
