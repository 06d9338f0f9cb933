package dev.cutover.api;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// Word of which cutovers change, for boards.
///
/// It has no history on purpose: entries of different cutovers are committed in no order that a
/// cursor could follow without skipping one that comes late.
@Path("/api/v1/changes")
@Tag(name = "events")
@RunOnVirtualThread
public class ChangesResource {
    private final EventStreams streams;
    private final ApiKeys keys;

    @Inject
    public ChangesResource(EventStreams streams, ApiKeys keys) {
        this.streams = streams;
        this.keys = keys;
    }

    @GET
    @NeedsRole(Role.VIEWER)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            operationId = "followChanges",
            summary = "Follow which cutovers change",
            description =
                    "Event changed names a cutover and a number its journal has reached; several"
                            + " entries may share one event. Event look, sent first and whenever"
                            + " something may have been missed, asks to read the list. There is no"
                            + " history and no id: each cutover's own journal has both.")
    @APIResponse(
            responseCode = "200",
            description = "Events look and changed, as they happen",
            content =
                    @Content(
                            mediaType = MediaType.SERVER_SENT_EVENTS,
                            schema = @Schema(type = SchemaType.STRING)))
    public Response changes(@Context HttpHeaders headers, @Context RoutingContext routing) {
        return EventsResource.stream(streams.changes(routing, StreamReader.of(keys, headers)));
    }
}
