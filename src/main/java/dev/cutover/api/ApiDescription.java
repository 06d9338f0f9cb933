package dev.cutover.api;

import jakarta.ws.rs.core.Application;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;

/// What the API's description says once for all calls: bodies and keys. What follows from a call's
/// role, headers and problems is added by {@link DescribesCalls}.
@OpenAPIDefinition(
        info = @Info(title = "Cutover controller", version = "1"),
        security = @SecurityRequirement(name = "key"),
        components =
                @Components(
                        schemas = @Schema(name = "ProblemView", implementation = ProblemView.class),
                        securitySchemes =
                                @SecurityScheme(
                                        securitySchemeName = "key",
                                        type = SecuritySchemeType.HTTP,
                                        scheme = "bearer",
                                        description =
                                                "A key of the keys file; its name becomes who"
                                                        + " asked."),
                        requestBodies = {
                            @RequestBody(
                                    name = "Preview",
                                    description = "A plan file and the files it refers to",
                                    required = true,
                                    content =
                                            @Content(
                                                    mediaType = "application/json",
                                                    schema =
                                                            @Schema(
                                                                    implementation =
                                                                            Requests.Preview.class),
                                                    examples =
                                                            @ExampleObject(
                                                                    name = "plan",
                                                                    value = Examples.PREVIEW))),
                            @RequestBody(
                                    name = "Schedule",
                                    description = "A plan file and the hash its preview showed",
                                    required = true,
                                    content =
                                            @Content(
                                                    mediaType = "application/json",
                                                    schema =
                                                            @Schema(
                                                                    implementation =
                                                                            Requests.Schedule
                                                                                    .class),
                                                    examples =
                                                            @ExampleObject(
                                                                    name = "plan",
                                                                    value = Examples.SCHEDULE))),
                            @RequestBody(
                                    name = "Why",
                                    description =
                                            "A reason for the others to read; the body may be left"
                                                    + " out",
                                    content =
                                            @Content(
                                                    mediaType = "application/json",
                                                    schema =
                                                            @Schema(
                                                                    implementation =
                                                                            Requests.Why.class),
                                                    examples =
                                                            @ExampleObject(
                                                                    name = "why",
                                                                    value = Examples.WHY))),
                            @RequestBody(
                                    name = "Postpone",
                                    description = "Another window, in a person's own zone",
                                    required = true,
                                    content =
                                            @Content(
                                                    mediaType = "application/json",
                                                    schema =
                                                            @Schema(
                                                                    implementation =
                                                                            Requests.Postpone
                                                                                    .class),
                                                    examples =
                                                            @ExampleObject(
                                                                    name = "postpone",
                                                                    value = Examples.POSTPONE)))
                        }))
public class ApiDescription extends Application {}
