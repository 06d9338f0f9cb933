package dev.cutover.api;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Input;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// What people ask of one cutover. Each call is safe to repeat with an Idempotency-Key.
///
/// A reason given with approve or resume is checked but not kept: the journal has no place for it.
/// Bodies are JSON whatever their Content-Type says: who types an abort in a hurry must not be told
/// about headers.
@Path("/api/v1/cutovers/{id}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.WILDCARD)
@Tag(name = "requests", description = "Ask something of one cutover.")
@SecurityRequirement(name = "key")
@APIResponse(
        responseCode = "409",
        description = "The cutover does not accept this where it is",
        content =
                @Content(
                        mediaType = Problem.MEDIA_TYPE,
                        schema = @Schema(implementation = ProblemView.class)))
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
                    "If-Match names the plan hash that was looked at. While falling back and asked"
                            + " about the promoted content: agrees to undoing it.")
    @APIResponse(
            responseCode = "200",
            description = "Agreed",
            content = @Content(schema = @Schema(implementation = CutoverView.class)))
    @APIResponse(
            responseCode = "412",
            description = "This is not the plan that was looked at",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = ProblemView.class)))
    @APIResponse(
            responseCode = "428",
            description = "If-Match is missing",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = ProblemView.class)))
    public Response approve(
            @PathParam("id") String id,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = "application/json",
                                            schema = @Schema(implementation = Requests.Why.class)))
                    byte[] body,
            @HeaderParam("If-Match") @Nullable String seenHash,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @Context SecurityContext caller) {
        Bodies.readOptional(body, Requests.Why.class).text();
        Cutover c = desk.find(id);
        String hash = Headers.ifMatch(seenHash);
        if (!hash.equals(c.planHash())) {
            throw new ProblemException(
                    Problem.planChanged(
                            "expected plan hash "
                                    + c.planHash()
                                    + ", seen "
                                    + hash
                                    + "; look at the plan again before approving"));
        }
        return ask(id, new Input.Approve(by(caller), hash), "approve", key);
    }

    @POST
    @Path("/hold")
    @NeedsRole(Role.OPERATOR)
    @Operation(
            operationId = "hold",
            summary = "Stop forward steps",
            description = "Guards and falling back go on. A hold has a deadline that calls people.")
    @APIResponse(
            responseCode = "200",
            description = "Held",
            content = @Content(schema = @Schema(implementation = CutoverView.class)))
    public Response hold(
            @PathParam("id") String id,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = "application/json",
                                            schema = @Schema(implementation = Requests.Why.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "why",
                                                            value = Examples.WHY)))
                    byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @Context SecurityContext caller) {
        String why = Bodies.readOptional(body, Requests.Why.class).text();
        return ask(id, new Input.Hold(by(caller), why), "hold", key);
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
    @APIResponse(
            responseCode = "200",
            description = "Goes on",
            content = @Content(schema = @Schema(implementation = CutoverView.class)))
    public Response resume(
            @PathParam("id") String id,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = "application/json",
                                            schema = @Schema(implementation = Requests.Why.class)))
                    byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @Context SecurityContext caller) {
        Bodies.readOptional(body, Requests.Why.class).text();
        return ask(id, new Input.Resume(by(caller)), "resume", key);
    }

    @POST
    @Path("/postpone")
    @NeedsRole(Role.OPERATOR)
    @Operation(
            operationId = "postpone",
            summary = "Move the window",
            description =
                    "Only before promotion. Lowered TTLs stay low; approvals are asked for again.")
    @APIResponse(
            responseCode = "200",
            description = "Moved",
            content = @Content(schema = @Schema(implementation = CutoverView.class)))
    @APIResponse(
            responseCode = "422",
            description = "A time or zone cannot be used",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = ProblemView.class)))
    public Response postpone(
            @PathParam("id") String id,
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = "application/json",
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    Requests.Postpone.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "postpone",
                                                            value = Examples.POSTPONE)))
                    byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @Context SecurityContext caller) {
        Requests.Postpone request = Bodies.read(body, Requests.Postpone.class);
        Cutover c = desk.find(id);
        return ask(
                id,
                new Input.Postpone(
                        by(caller), request.window(c.plan().window().atClose()), request.text()),
                "postpone",
                key);
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
    @APIResponse(
            responseCode = "200",
            description = "On its way back",
            content = @Content(schema = @Schema(implementation = CutoverView.class)))
    public Response abort(
            @PathParam("id") String id,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = "application/json",
                                            schema = @Schema(implementation = Requests.Why.class),
                                            examples =
                                                    @ExampleObject(
                                                            name = "why",
                                                            value = Examples.WHY)))
                    byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @Context SecurityContext caller) {
        String why = Bodies.readOptional(body, Requests.Why.class).text();
        return ask(id, new Input.Abort(by(caller), why), "abort", key);
    }

    private Response ask(String id, Input.Request request, String verb, @Nullable String key) {
        return CutoversResource.shown(
                desk.ask(id, request, Headers.idempotencyKey(key, request.by(), verb)));
    }

    private static String by(SecurityContext caller) {
        return caller.getUserPrincipal().getName();
    }
}
