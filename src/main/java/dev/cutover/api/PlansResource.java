package dev.cutover.api;

import dev.cutover.run.Cutovers;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// Looks at plans. Writes nothing.
@Path("/api/v1/plans")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "plans", description = "Look at a plan before anything is written.")
@RunOnVirtualThread
public class PlansResource {
    private final Cutovers cutovers;
    private final ApiKeys keys;

    @Inject
    public PlansResource(Cutovers cutovers, ApiKeys keys) {
        this.cutovers = cutovers;
        this.keys = keys;
    }

    @POST
    @Path("/preview")
    @NeedsRole(Role.VIEWER)
    @Operation(
            operationId = "previewPlan",
            summary = "Say what a plan would change",
            description =
                    "Reads the plan and the zone and computes the difference. A plan that is refused"
                            + " is answered with 200 and mayRun false. Writes nothing, so an"
                            + " Idempotency-Key is read and not remembered.")
    @APIResponse(
            responseCode = "200",
            description = "What would change",
            content = @Content(schema = @Schema(implementation = PreviewView.class)))
    public PreviewView preview(
            @RequestBody(ref = "Preview") InputStream body, @BeanParam Asked asked) {
        // Nothing is written, so a repeat needs no memory; a key that could not be used is still
        // told.
        asked.repeat("preview", body, Headers.Seen.ANYTHING);
        Requests.Preview request = Bodies.read(body, Requests.Preview.class);
        return switch (cutovers.preview(request.text(), request.texts())) {
            case Cutovers.Previewed.Bad bad ->
                    throw new ProblemException(Problem.badPlan(bad.mistakes()));
            case Cutovers.Previewed.Unreachable u ->
                    throw new ProblemException(Problem.unreachable(u.why()));
            case Cutovers.Previewed.Seen seen ->
                    PreviewView.of(
                            seen.diff(),
                            seen.outlook(),
                            Approvers.lacking(
                                    seen.diff().plan().approvals().need(), keys.approvers(), ""));
        };
    }
}
