package dev.cutover.api;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Input;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// What people ask of one cutover. Each call is safe to repeat with an Idempotency-Key.
///
/// A reason given with approve or resume is checked but not kept: the journal has no place for it.
/// Bodies are JSON whatever their Content-Type says: who types an abort in a hurry must not be told
/// about headers. For the same reason hold and abort look at no condition.
@Path("/api/v1/cutovers/{id}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.WILDCARD)
@Tag(name = "requests", description = "Ask something of one cutover.")
@APIResponse(
        responseCode = "200",
        description = "Accepted; the cutover as it is now",
        content = @Content(schema = @Schema(implementation = CutoverView.class)))
@RunOnVirtualThread
public class VerbsResource {
    private final CutoverDesk desk;

    @Inject
    public VerbsResource(CutoverDesk desk) {
        this.desk = desk;
    }

    @POST
    @Path("/approve")
    @NeedsRole(Role.APPROVER)
    @Operation(
            operationId = "approve",
            summary = "Agree to the plan",
            description =
                    "If-Match says what was looked at: the ETag of the cutover, or its planHash in"
                            + " quotes for whoever looked at the plan alone. While falling back and"
                            + " asked about the promoted content: agrees to undoing it.")
    public Response approve(
            @PathParam("id") String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @RequestBody(ref = "Why") InputStream body,
            @BeanParam Asked asked) {
        Requests.Why why = why(body);
        return ask(
                "approve",
                id,
                asked,
                why,
                Headers.seen(ifMatch),
                c -> new Input.Approve(asked.by(), c.planHash()));
    }

    @POST
    @Path("/hold")
    @NeedsRole(Role.OPERATOR)
    @Operation(
            operationId = "hold",
            summary = "Stop forward steps",
            description = "Guards and falling back go on. A hold has a deadline that calls people.")
    public Response hold(
            @PathParam("id") String id,
            @RequestBody(ref = "Why") InputStream body,
            @BeanParam Asked asked) {
        Requests.Why why = why(body);
        return ask(
                "hold",
                id,
                asked,
                why,
                Headers.Seen.ANYTHING,
                c -> new Input.Hold(asked.by(), why.text()));
    }

    @POST
    @Path("/resume")
    @NeedsRole(Role.OPERATOR)
    @Operation(
            operationId = "resume",
            summary = "Go on after a hold",
            description =
                    "Evidence, window, approvals and zone are judged anew. While falling back and"
                            + " asked about the promoted content: keeps it.")
    public Response resume(
            @PathParam("id") String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @RequestBody(ref = "Why") InputStream body,
            @BeanParam Asked asked) {
        Requests.Why why = why(body);
        return ask(
                "resume",
                id,
                asked,
                why,
                Headers.seenIfSaid(ifMatch),
                c -> new Input.Resume(asked.by()));
    }

    @POST
    @Path("/postpone")
    @NeedsRole(Role.OPERATOR)
    @Operation(
            operationId = "postpone",
            summary = "Move the window",
            description =
                    "Only before promotion. Lowered TTLs stay low; approvals are asked for again.")
    public Response postpone(
            @PathParam("id") String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @RequestBody(ref = "Postpone") InputStream body,
            @BeanParam Asked asked) {
        Requests.Postpone to = Bodies.read(body, Requests.Postpone.class);
        return ask(
                "postpone",
                id,
                asked,
                to,
                Headers.seenIfSaid(ifMatch),
                c ->
                        new Input.Postpone(
                                asked.by(), to.window(c.plan().window().atClose()), to.text()));
    }

    @POST
    @Path("/abort")
    @NeedsRole(Role.OPERATOR)
    @Operation(
            operationId = "abort",
            summary = "Fall back now",
            description =
                    "Accepted in every phase, without approval: cancels before promotion, falls back"
                            + " after it.")
    public Response abort(
            @PathParam("id") String id,
            @RequestBody(ref = "Why") InputStream body,
            @BeanParam Asked asked) {
        Requests.Why why = why(body);
        return ask(
                "abort",
                id,
                asked,
                why,
                Headers.Seen.ANYTHING,
                c -> new Input.Abort(asked.by(), why.text()));
    }

    private static Requests.Why why(InputStream body) {
        Requests.Why why = Bodies.readOptional(body, Requests.Why.class);
        why.text();
        return why;
    }

    /// @param body as read, for telling repeats from new requests
    private Response ask(
            String verb,
            String id,
            Asked asked,
            Object body,
            Headers.Seen seen,
            Function<Cutover, Input.Request> request) {
        CutoverView view =
                desk.ask(id, request.apply(desk.find(id)), seen, asked.repeat(verb, body, seen));
        return CutoverDesk.tagged(Response.ok(view), view.seq()).build();
    }
}
