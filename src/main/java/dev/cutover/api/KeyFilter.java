package dev.cutover.api;

import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.ext.Provider;
import java.lang.reflect.Method;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/// Lets a call in when its key is known and may do what the call needs, and refuses bodies that say
/// they are too large. Calls are closed until marked with {@link NeedsRole}. Source: RFC 6750.
@Provider
@Priority(Priorities.AUTHENTICATION)
public final class KeyFilter implements ContainerRequestFilter {
    private static final String SCHEME = "Bearer ";
    private static final String OWN_PACKAGE = KeyFilter.class.getPackageName();

    /// Asked for when a call comes: filters are made before the settings can be read.
    @Inject Instance<ApiKeys> keys;

    @Context ResourceInfo resource;

    @Override
    public void filter(ContainerRequestContext request) {
        Class<?> type = resource.getResourceClass();
        if (type != null && !type.getPackageName().equals(OWN_PACKAGE)) {
            return;
        }
        ApiKeys.Caller caller =
                admit(keys.get(), request.getHeaderString(HttpHeaders.AUTHORIZATION));
        Method method = resource.getResourceMethod();
        authorise(caller, method == null ? null : method.getAnnotation(NeedsRole.class));
        if (request.getLength() > Bodies.MOST_BYTES) {
            throw new ProblemException(Problem.tooLarge(Bodies.MOST_BYTES));
        }
        boolean secure = request.getUriInfo().getRequestUri().getScheme().equals("https");
        request.setSecurityContext(new Known(caller, secure));
    }

    /// Who calls.
    ///
    /// @param header the Authorization header; null when there is none
    /// @throws ProblemException 401 when there is no key or an unknown one
    public static ApiKeys.Caller admit(ApiKeys keys, @Nullable String header) {
        return keys.caller(key(header))
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        Problem.noKey(
                                                "expected a key of this controller's keys file,"
                                                        + " seen another")));
    }

    /// The key that is shown.
    ///
    /// @param header the Authorization header; null when there is none
    /// @throws ProblemException 401 when there is none
    public static String key(@Nullable String header) {
        if (header == null) {
            throw new ProblemException(
                    Problem.noKey("expected the header 'Authorization: Bearer KEY', seen none"));
        }
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new ProblemException(
                    Problem.noKey(
                            "expected 'Authorization: Bearer KEY', seen another way to say who"
                                    + " calls"));
        }
        return header.substring(SCHEME.length()).strip();
    }

    /// Refuses what the caller may not do.
    ///
    /// @param needs what the call is marked with; null when it is not marked
    /// @throws ProblemException 403
    static void authorise(ApiKeys.Caller caller, @Nullable NeedsRole needs) {
        Role role = needs == null ? Role.OPERATOR : needs.value();
        if (needs == null || !caller.may(role)) {
            throw new ProblemException(Problem.roleMissing(caller.name(), role));
        }
    }

    private record Known(ApiKeys.Caller caller, boolean secure) implements SecurityContext {
        @Override
        public Principal getUserPrincipal() {
            return caller::name;
        }

        @Override
        public boolean isUserInRole(String role) {
            return caller.roles().stream().anyMatch(r -> r.text().equals(role));
        }

        @Override
        public boolean isSecure() {
            return secure;
        }

        @Override
        public String getAuthenticationScheme() {
            return "Bearer";
        }
    }
}
