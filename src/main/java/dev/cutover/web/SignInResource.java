package dev.cutover.web;

import dev.cutover.api.ApiKeys;
import dev.cutover.api.KeyFilter;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The way in and out. A key is sent once, in a form's body, and kept nowhere.
@Path("/")
@RunOnVirtualThread
public class SignInResource {
    private static final int LONGEST_SECRET = 200;

    private final Instance<ApiKeys> keys;

    @Inject
    public SignInResource(Instance<ApiKeys> keys) {
        this.keys = keys;
    }

    @GET
    @Path("sign-in")
    @Produces(MediaType.TEXT_HTML)
    public Response show(@QueryParam("next") @Nullable String next, @BeanParam Visit visit) {
        return Visit.page(Pages.signIn(Frame.NOBODY, "", Visit.ours(next)));
    }

    @POST
    @Path("sign-in")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.TEXT_HTML)
    public Response signIn(
            @FormParam("key") @Nullable String key,
            @FormParam("code") @Nullable String code,
            @FormParam("next") @Nullable String next,
            @BeanParam Visit visit) {
        Optional<String> shown = visit.isForeign() ? Optional.empty() : key(visit, key, code);
        if (shown.isEmpty()) {
            String wrong =
                    code != null && !code.isBlank()
                            ? "this link was used before, or is older than ten minutes; sign in"
                                    + " with your key"
                            : "expected a key of this controller's keys file, seen another";
            return Visit.page(
                    Response.status(401), Pages.signIn(Frame.NOBODY, wrong, Visit.ours(next)));
        }
        visit.session().ifPresent(old -> visit.sessions().close(String.valueOf(visit.cookie)));
        String cookie = visit.sessions().open(shown.get());
        return Response.fromResponse(visit.to(Visit.ours(next)))
                .cookie(visit.cookie(cookie))
                .build();
    }

    /// The digest of the key that was shown, or of the one a code was made with.
    private Optional<String> key(Visit visit, @Nullable String key, @Nullable String code) {
        if (code != null && !code.isBlank() && code.length() <= LONGEST_SECRET) {
            return visit.sessions().redeem(code.strip());
        }
        return Optional.ofNullable(key)
                .map(String::strip)
                .filter(k -> k.length() <= LONGEST_SECRET && keys.get().caller(k).isPresent())
                .map(ApiKeys::digest);
    }

    /// Makes a code that signs a browser in once: for whoever has a key at a terminal. It is put
    /// behind the `#` of the sign-in page's address, which browsers keep to themselves.
    @POST
    @Path("sign-in/codes")
    @Produces(MediaType.TEXT_PLAIN)
    public Response code(
            @HeaderParam("Authorization") @Nullable String authorization, @BeanParam Visit visit) {
        KeyFilter.admit(keys.get(), authorization);
        String key = ApiKeys.digest(KeyFilter.key(authorization));
        return Response.status(201)
                .header("Cache-Control", "no-store")
                .entity(visit.sessions().code(key))
                .build();
    }

    @POST
    @Path("sign-out")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.TEXT_HTML)
    public Response signOut(@FormParam("csrf") @Nullable String csrf, @BeanParam Visit visit) {
        return visit.wrote(
                csrf,
                dev.cutover.api.Role.VIEWER,
                session -> {
                    visit.sessions().close(String.valueOf(visit.cookie));
                    return Response.fromResponse(visit.to("/sign-in"))
                            .cookie(visit.cookie(""))
                            .header("Clear-Site-Data", "\"cache\"")
                            .build();
                });
    }
}
