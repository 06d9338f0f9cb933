package dev.cutover.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every call refuses everybody who may not make it, before it looks at anything else.
@QuarkusTest
@TestProfile(ApiProfile.class)
class RolesTest {
    /// What each call needs, written down a second time: to open a call to more people, change
    /// both.
    private static final List<Arguments> CALLS =
            List.of(
                    Arguments.of("GET", "/api/v1/cutovers", Role.VIEWER),
                    Arguments.of("POST", "/api/v1/cutovers", Role.OPERATOR),
                    Arguments.of("GET", "/api/v1/cutovers/{id}", Role.VIEWER),
                    Arguments.of("GET", "/api/v1/cutovers/{id}/events", Role.VIEWER),
                    Arguments.of("GET", "/api/v1/cutovers/{id}/report", Role.VIEWER),
                    Arguments.of("POST", "/api/v1/cutovers/{id}/approve", Role.APPROVER),
                    Arguments.of("POST", "/api/v1/cutovers/{id}/hold", Role.OPERATOR),
                    Arguments.of("POST", "/api/v1/cutovers/{id}/resume", Role.OPERATOR),
                    Arguments.of("POST", "/api/v1/cutovers/{id}/postpone", Role.OPERATOR),
                    Arguments.of("POST", "/api/v1/cutovers/{id}/abort", Role.OPERATOR),
                    Arguments.of("GET", "/api/v1/changes", Role.VIEWER),
                    Arguments.of("POST", "/api/v1/plans/preview", Role.VIEWER),
                    Arguments.of("GET", "/api/v1/schema/plan", Role.VIEWER));

    @Inject ApiWorld world;

    static Stream<Arguments> calls() {
        return CALLS.stream();
    }

    @ParameterizedTest
    @MethodSource("calls")
    void refuses_who_may_not(String method, String path, Role needed) {
        String call = path.replace("{id}", "nobody-1");
        given().contentType("application/json")
                .request(method, call)
                .then()
                .statusCode(401)
                .body("type", equalTo("urn:cutover:problem:no-key"));
        given().contentType("application/json")
                .header("Authorization", "Bearer made-up")
                .request(method, call)
                .then()
                .statusCode(401);
        for (Role role : Role.values()) {
            boolean may = role == needed || needed == Role.VIEWER;
            if (!may) {
                given().contentType("application/json")
                        .header("Authorization", "Bearer " + world.key(role.text()))
                        .request(method, call)
                        .then()
                        .statusCode(403)
                        .contentType(Problem.MEDIA_TYPE)
                        .body("type", equalTo("urn:cutover:problem:role-missing"))
                        .body("role", equalTo(needed.text()));
            }
        }
    }

    @Test
    void the_table_names_every_call() {
        List<String> made = new ArrayList<>();
        for (Class<?> resource : DescribesCalls.RESOURCES) {
            for (Method method : resource.getDeclaredMethods()) {
                String verb =
                        method.isAnnotationPresent(GET.class)
                                ? "GET"
                                : method.isAnnotationPresent(POST.class) ? "POST" : "";
                if (!verb.isEmpty()) {
                    Path path = method.getAnnotation(Path.class);
                    made.add(
                            verb
                                    + " "
                                    + resource.getAnnotation(Path.class).value()
                                    + (path == null ? "" : path.value()));
                }
            }
        }
        assertThat(CALLS.stream().map(a -> a.get()[0] + " " + a.get()[1]))
                .containsExactlyInAnyOrderElementsOf(made);
    }
}
