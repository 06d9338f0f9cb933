package dev.cutover.api;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// Publishes what plan files may hold. The same file is at `/schema/plan-v1.json`, without a key.
@Path("/api/v1/schema")
@Tag(name = "plans")
@RunOnVirtualThread
public class SchemaResource {
    private static final String FILE = "/META-INF/resources/schema/plan-v1.json";

    @GET
    @Path("/plan")
    @NeedsRole(Role.VIEWER)
    @Produces("application/schema+json")
    @Operation(operationId = "getPlanSchema", summary = "Give the JSON Schema of plan files")
    @APIResponse(
            responseCode = "200",
            description = "The schema, JSON Schema 2020-12",
            content =
                    @Content(
                            mediaType = "application/schema+json",
                            schema = @Schema(type = SchemaType.OBJECT)))
    public Response plan() {
        try (InputStream in = SchemaResource.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new ProblemException(
                        Problem.ofStatus(404, "This build publishes no plan schema"));
            }
            return Response.ok(in.readAllBytes()).build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
