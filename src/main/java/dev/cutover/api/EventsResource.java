package dev.cutover.api;

import dev.cutover.core.life.Cutover;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// One cutover's journal, page by page or as a stream.
@Path("/api/v1/cutovers/{id}/events")
@Tag(name = "events", description = "Follow what happens.")
@RunOnVirtualThread
public class EventsResource {
    private static final int MOST_EVENTS = 1_000;

    private final CutoverDesk desk;
    private final EventStreams streams;
    private final ApiKeys keys;

    @Inject
    public EventsResource(CutoverDesk desk, EventStreams streams, ApiKeys keys) {
        this.desk = desk;
        this.streams = streams;
        this.keys = keys;
    }

    @GET
    @NeedsRole(Role.VIEWER)
    @Produces({MediaType.APPLICATION_JSON, MediaType.SERVER_SENT_EVENTS})
    @Operation(
            operationId = "listEvents",
            summary = "Read or follow one cutover's journal, oldest first",
            description =
                    "With Accept: application/json a page; go on with after = last. With Accept:"
                            + " text/event-stream every entry after the given one, then each as it"
                            + " is written, whichever node writes it: id is the entry's number,"
                            + " event its type, data the same JSON as in a page. The stream ends"
                            + " after the last entry of a cutover that is over, at the latest after"
                            + " an hour, or with its key; come again with Last-Event-ID and nothing is missed or"
                            + " repeated.")
    @APIResponse(
            responseCode = "200",
            description = "Entries",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = EventsView.class)),
                @Content(
                        mediaType = MediaType.SERVER_SENT_EVENTS,
                        schema = @Schema(type = SchemaType.STRING))
            })
    @APIResponse(
            responseCode = "204",
            description = "Stream only: the cutover is over and there is no later entry")
    public Response events(
            @PathParam("id") String id,
            @Parameter(description = "Only entries after this number.")
                    @QueryParam("after")
                    @DefaultValue("0")
                    String after,
            @Parameter(description = "Pages only: the most to give, 1 to 1000.")
                    @QueryParam("limit")
                    @DefaultValue("200")
                    String limit,
            @Parameter(
                            description =
                                    "Streams only: the id of the last event seen; wins over after.")
                    @HeaderParam("Last-Event-ID")
                    @Nullable String lastEventId,
            @Context HttpHeaders headers,
            @Context RoutingContext routing) {
        long from = Parameters.number("after", after, 0, Integer.MAX_VALUE);
        int most = (int) Parameters.number("limit", limit, 1, MOST_EVENTS);
        Cutover c = desk.find(id);
        if (!wantsStream(headers)) {
            return Response.ok(
                            EventsView.of(from, most, desk.cutovers().entries(c.id(), from, most)),
                            MediaType.APPLICATION_JSON_TYPE)
                    .header("Cache-Control", "no-store")
                    .header("Vary", "Accept")
                    .build();
        }
        if (lastEventId != null && !lastEventId.isBlank()) {
            from = Parameters.number("Last-Event-ID", lastEventId, 0, Integer.MAX_VALUE);
        }
        if (from > c.seq()) {
            throw new ProblemException(
                    Problem.badParameter(
                            lastEventId == null ? "after" : "Last-Event-ID",
                            "expected at most " + c.seq() + ", the last entry; seen " + from));
        }
        if (c.phase().isFinal() && from == c.seq()) {
            // Anything else would make browsers ask again for ever.
            return Response.noContent().header("Cache-Control", "no-store").build();
        }
        return stream(streams.journal(c.id(), from, routing, StreamReader.of(keys, headers)));
    }

    public static Response stream(StreamingOutput out) {
        return Response.ok(out, MediaType.SERVER_SENT_EVENTS_TYPE)
                .header("Cache-Control", "no-store")
                .header("Vary", "Accept")
                .header("X-Accel-Buffering", "no")
                .build();
    }

    /// Whether a stream is preferred; pages are given to whoever does not say.
    private static boolean wantsStream(HttpHeaders headers) {
        for (MediaType accepted : headers.getAcceptableMediaTypes()) {
            if (accepted.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
                return false;
            }
            if (accepted.isCompatible(MediaType.SERVER_SENT_EVENTS_TYPE)) {
                return true;
            }
        }
        return false;
    }
}
