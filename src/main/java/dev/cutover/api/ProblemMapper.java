package dev.cutover.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.run.StoreUnavailableException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/// Turns every failure into a problem body. What nobody foresaw goes to the log, never to the
/// caller.
@Provider
public final class ProblemMapper implements ExceptionMapper<Throwable> {
    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    /// The platform reads bodies here, before any code of ours: what fails is its sender's fault.
    private static final Set<String> READERS =
            Set.of(
                    "org.jboss.resteasy.reactive.server.handlers.FormBodyHandler",
                    "org.jboss.resteasy.reactive.server.handlers.RequestDeserializeHandler");

    /// The platform's words for a body above its own bound.
    private static final String TOO_LARGE = "Request too large";

    private final AtomicLong unforeseen = new AtomicLong();

    @Context UriInfo uri;

    @Override
    public Response toResponse(Throwable failure) {
        Problem problem = problem(failure);
        return response(problem, uri.getRequestUri().getRawPath());
    }

    static Response response(Problem problem, String instance) {
        Response.ResponseBuilder response =
                Response.status(problem.status())
                        .type(Problem.MEDIA_TYPE)
                        .header("Cache-Control", "no-store")
                        .entity(problem.body(instance).toString());
        if (problem.status() == 401) {
            response.header("WWW-Authenticate", "Bearer realm=\"cutover\"");
        }
        JsonNode seq = problem.extras().get("seq");
        if (problem.status() == 412 && seq != null) {
            response.header("ETag", Headers.tag(seq.asLong()));
        }
        if (problem.status() == 503 || problem.status() == 429) {
            response.header("Retry-After", "10");
        }
        return response.build();
    }

    private Problem problem(Throwable failure) {
        if (failure instanceof ProblemException expected) {
            return expected.problem();
        }
        if (failure instanceof StoreUnavailableException store) {
            return store.answers()
                    ? Problem.storeNotWritable(String.valueOf(store.getMessage()))
                    : Problem.storeUnavailable();
        }
        if (failure instanceof WebApplicationException platform
                && platform.getResponse().getStatus() < 500) {
            Response.StatusType status = platform.getResponse().getStatusInfo();
            return status.getStatusCode() == 413
                    ? Problem.tooLarge(Bodies.MOST_BYTES)
                    : Problem.ofStatus(status.getStatusCode(), status.getReasonPhrase());
        }
        if (isOfItsBody(failure)) {
            LOG.debug("a body could not be read", failure);
            return failure instanceof IOException
                            && TOO_LARGE.equals(String.valueOf(failure.getMessage()))
                    ? Problem.tooLarge(Bodies.MOST_BYTES)
                    : Problem.unreadable(
                            "expected a whole body of the Content-Type it has, a form of at most"
                                    + " 1000 fields and percent-encoded; seen one that ends early"
                                    + " or is another");
        }
        String number = "request-" + unforeseen.incrementAndGet();
        LOG.errorf(failure, "%s could not be answered", number);
        return Problem.unforeseen(number);
    }

    private static boolean isOfItsBody(Throwable failure) {
        return Stream.of(failure.getStackTrace()).anyMatch(f -> READERS.contains(f.getClassName()));
    }
}
