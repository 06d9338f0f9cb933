package dev.cutover.api;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.run.Cutovers;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Begins, lists and follows cutovers.
@Path("/api/v1/cutovers")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "cutovers", description = "Begin cutovers and follow them.")
@SecurityScheme(
        securitySchemeName = "key",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "A key of the keys file; its name becomes who asked.")
@SecurityRequirement(name = "key")
@RunOnVirtualThread
public class CutoversResource {
    private static final int MOST_LISTED = 1_000;
    private static final int MOST_EVENTS = 1_000;

    private final CutoverDesk desk;

    @Inject
    public CutoversResource(CutoverDesk desk) {
        this.desk = desk;
    }

    @POST
    @NeedsRole(Role.OPERATOR)
    @Operation(
            operationId = "scheduleCutover",
            summary = "Schedule a plan",
            description =
                    "Schedules the plan against the zone as it is. With a hash, a plan or zone that"
                            + " changed since is refused. With an Idempotency-Key, a repeat returns"
                            + " the cutover begun before.")
    @APIResponse(
            responseCode = "201",
            description = "The cutover that was begun",
            headers = {
                @Header(name = "Location", description = "Where the cutover is"),
                @Header(name = "ETag", description = "The plan hash approvals are bound to")
            },
            content = @Content(schema = @Schema(implementation = CutoverView.class)))
    @APIResponse(
            responseCode = "409",
            description = "The plan may not run against the zone as it is",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = ProblemView.class),
                            examples = @ExampleObject(name = "refused", value = Examples.PROBLEM)))
    @APIResponse(
            responseCode = "422",
            description = "The text is no plan",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = ProblemView.class)))
    @APIResponse(
            responseCode = "503",
            description = "The provider cannot be reached",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = ProblemView.class)))
    public Response schedule(
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    Requests.Schedule.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "schedule",
                                                            value = Examples.SCHEDULE)))
                    byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @Context SecurityContext caller) {
        Requests.Schedule request = Bodies.read(body, Requests.Schedule.class);
        String by = caller.getUserPrincipal().getName();
        Cutovers.Scheduled scheduled =
                desk.cutovers()
                        .schedule(
                                request.text(),
                                request.texts(),
                                by,
                                Optional.ofNullable(request.hash()),
                                Headers.idempotencyKey(key, by, "schedule"));
        return switch (scheduled) {
            case Cutovers.Scheduled.Bad bad ->
                    throw new ProblemException(Problem.badPlan(bad.mistakes()));
            case Cutovers.Scheduled.Unreachable u ->
                    throw new ProblemException(Problem.unreachable(u.why()));
            case Cutovers.Scheduled.Refused refused ->
                    throw new ProblemException(
                            Problem.planRefused(refused.refusals(), refused.diff().hash()));
            case Cutovers.Scheduled.Ok ok ->
                    Response.created(URI.create("/api/v1/cutovers/" + ok.cutover().id()))
                            .tag(ok.cutover().planHash())
                            .entity(desk.view(ok.cutover()))
                            .build();
        };
    }

    @GET
    @NeedsRole(Role.VIEWER)
    @Operation(operationId = "listCutovers", summary = "List cutovers, newest first")
    public CutoverListView list(
            @Parameter(description = "The most to list, 1 to 1000.")
                    @QueryParam("limit")
                    @DefaultValue("50")
                    String limit) {
        int most = number("limit", limit, 1, MOST_LISTED);
        return CutoverListView.of(desk.cutovers().list(most), desk.cutovers().now());
    }

    @GET
    @Path("/{id}")
    @NeedsRole(Role.VIEWER)
    @Operation(
            operationId = "getCutover",
            summary = "Show one cutover",
            description =
                    "Where it is, what it does next by itself, what its gates say, and what people"
                            + " can safely do. The ETag is the plan hash; it does not change when"
                            + " the cutover moves on.")
    @APIResponse(
            responseCode = "200",
            description = "The cutover as it is now",
            headers = @Header(name = "ETag", description = "The plan hash approvals are bound to"),
            content = @Content(schema = @Schema(implementation = CutoverView.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such cutover",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = ProblemView.class)))
    public Response show(@PathParam("id") String id) {
        return shown(desk.view(desk.find(id)));
    }

    @GET
    @Path("/{id}/events")
    @NeedsRole(Role.VIEWER)
    @Operation(operationId = "listEvents", summary = "Read one cutover's journal, oldest first")
    public EventsView events(
            @PathParam("id") String id,
            @Parameter(description = "Only entries after this number.")
                    @QueryParam("after")
                    @DefaultValue("0")
                    String after,
            @Parameter(description = "The most to give, 1 to 1000.")
                    @QueryParam("limit")
                    @DefaultValue("200")
                    String limit) {
        int from = number("after", after, 0, Integer.MAX_VALUE);
        int most = number("limit", limit, 1, MOST_EVENTS);
        Cutover c = desk.find(id);
        List<JournalEntry> entries = desk.cutovers().entries(c.id(), from, most);
        return EventsView.of(from, most, entries);
    }

    @GET
    @Path("/{id}/report")
    @NeedsRole(Role.VIEWER)
    @Operation(
            operationId = "getReport",
            summary = "Tell what happened, when, and on which evidence")
    @APIResponse(
            responseCode = "200",
            description = "The report so far",
            content = @Content(schema = @Schema(implementation = ReportView.class)))
    public ReportView report(@PathParam("id") String id) {
        return desk.cutovers()
                .report(CutoverDesk.id(id))
                .map(ReportView::of)
                .orElseThrow(() -> CutoverDesk.missing(id));
    }

    static Response shown(CutoverView view) {
        return Response.ok(view).tag(view.planHash()).header("Cache-Control", "no-store").build();
    }

    private static int number(String name, String text, int least, int most) {
        String expected = "expected a whole number from " + least + " to " + most;
        try {
            int value = Integer.parseInt(text.strip());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, together with numbers out of range.
        }
        throw new ProblemException(
                Problem.badParameter(
                        name,
                        expected
                                + ", seen '"
                                + text.substring(0, Math.min(40, text.length()))
                                + "'"));
    }
}
