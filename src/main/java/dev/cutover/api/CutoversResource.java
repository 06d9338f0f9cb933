package dev.cutover.api;

import dev.cutover.core.life.Cutover;
import dev.cutover.run.Cutovers;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
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
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Begins, lists and shows cutovers.
@Path("/api/v1/cutovers")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "cutovers", description = "Begin cutovers and look at them.")
@RunOnVirtualThread
public class CutoversResource {
    private static final int MOST_LISTED = 1_000;

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
                            + " the cutover as it was begun, whatever the zone says by now; what was"
                            + " refused began nothing and is judged anew.")
    @APIResponse(
            responseCode = "201",
            description = "The cutover that was begun",
            headers = @Header(name = "Location", description = "Where the cutover is"),
            content = @Content(schema = @Schema(implementation = CutoverView.class)))
    public Response schedule(
            @RequestBody(ref = "Schedule") InputStream body, @BeanParam Asked asked) {
        Requests.Schedule request = Bodies.read(body, Requests.Schedule.class);
        Cutovers.Scheduled scheduled =
                desk.cutovers()
                        .schedule(
                                request.text(),
                                request.texts(),
                                asked.by(),
                                Optional.ofNullable(request.hash()),
                                asked.repeat("schedule", request, Headers.Seen.ANYTHING));
        Cutover begun =
                switch (scheduled) {
                    case Cutovers.Scheduled.Bad bad ->
                            throw refuse(Problem.badPlan(bad.mistakes()));
                    case Cutovers.Scheduled.Unreachable u ->
                            throw refuse(Problem.unreachable(u.why()));
                    case Cutovers.Scheduled.KeyReused k -> throw refuse(Problem.keyReused());
                    case Cutovers.Scheduled.Refused no ->
                            throw refuse(Problem.planRefused(no.refusals(), no.diff().hash()));
                    case Cutovers.Scheduled.Ok ok -> ok.cutover();
                };
        return CutoverDesk.tagged(
                        Response.created(URI.create("/api/v1/cutovers/" + begun.id()))
                                .entity(desk.view(begun)),
                        begun.seq())
                .build();
    }

    private static ProblemException refuse(Problem problem) {
        return new ProblemException(problem);
    }

    @GET
    @NeedsRole(Role.VIEWER)
    @Operation(
            operationId = "listCutovers",
            summary = "List cutovers, newest first",
            description =
                    "A page at a time: next is the cursor of the following one, absent on the last;"
                            + " the header Link names the same. What begins meanwhile moves nothing.")
    @APIResponse(
            responseCode = "200",
            description = "A page of the list",
            headers = @Header(name = "Link", description = "The next page, RFC 8288"),
            content = @Content(schema = @Schema(implementation = CutoverListView.class)))
    public Response list(
            @Parameter(description = "The most to list, 1 to 1000.")
                    @QueryParam("limit")
                    @DefaultValue("50")
                    String limit,
            @Parameter(description = "The next of the page before.") @QueryParam("cursor")
                    @Nullable String cursor,
            @Parameter(description = "Only those that are live, or only those that are over.")
                    @QueryParam("state")
                    @Nullable String state,
            @Parameter(description = "Only those in this phase.") @QueryParam("phase")
                    @Nullable String phase,
            @Parameter(description = "Only those of this site's host name.") @QueryParam("site")
                    @Nullable String site,
            @Context UriInfo uri) {
        int most = (int) Parameters.number("limit", limit, 1, MOST_LISTED);
        Cutovers.Page page =
                desk.cutovers().list(Parameters.filter(cursor, state, phase, site), most);
        Response.ResponseBuilder answer =
                Response.ok(CutoverListView.of(page, desk.cutovers().now()))
                        .header("Cache-Control", "no-store");
        page.next()
                .map(
                        id ->
                                uri.getRequestUriBuilder()
                                        .scheme(null)
                                        .host(null)
                                        .port(-1)
                                        .replaceQueryParam("cursor", id.value())
                                        .build())
                .ifPresent(next -> answer.header("Link", "<" + next + ">; rel=\"next\""));
        return answer.build();
    }

    @GET
    @Path("/{id}")
    @NeedsRole(Role.VIEWER)
    @Operation(
            operationId = "getCutover",
            summary = "Show one cutover",
            description =
                    "Where it is, what it does next by itself, what its gates say, and what people"
                            + " can safely do. The ETag is the number of the last journal entry:"
                            + " the clock, ages and measurements move on without it.")
    @APIResponse(
            responseCode = "200",
            description = "The cutover as it is now",
            content = @Content(schema = @Schema(implementation = CutoverView.class)))
    @APIResponse(responseCode = "304", description = "Nothing was journaled since")
    public Response show(
            @PathParam("id") String id,
            @HeaderParam("If-None-Match") @Nullable String ifNoneMatch) {
        Cutover c = desk.find(id);
        return CutoverDesk.tagged(
                        Headers.has(ifNoneMatch, c.seq())
                                ? Response.notModified()
                                : Response.ok(desk.view(c)),
                        c.seq())
                .build();
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
}
