package dev.cutover.web;

import dev.cutover.api.Problem;
import dev.cutover.api.ProblemException;
import dev.cutover.api.Role;
import dev.cutover.api.StreamReader;
import dev.cutover.run.StoreUnavailableException;
import io.quarkus.qute.TemplateInstance;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One request of a browser: who it is, and whether it may.
public class Visit {
    static final String COOKIE = "cutover_session";

    private static final String AWAY = "The controller cannot reach its database";
    private static final String NOTHING_CHANGED =
            "nothing was changed by this page; what was switched stays as it is. Open the page again"
                    + " in a moment.";

    @Inject Sessions sessions;

    @CookieParam(COOKIE)
    @Nullable String cookie;

    @HeaderParam("Origin")
    @Nullable String origin;

    @HeaderParam("Sec-Fetch-Site")
    @Nullable String fetchSite;

    @Context UriInfo uri;

    @Context HttpHeaders headers;

    @Context RoutingContext routing;

    Sessions sessions() {
        return sessions;
    }

    Optional<Sessions.Session> session() {
        return sessions.of(cookie);
    }

    /// Who reads a stream here, for as long as this browser is signed in.
    StreamReader reader(Sessions.Session session) {
        Sessions now = sessions;
        String mine = cookie;
        return new StreamReader(session.caller().name(), () -> now.of(mine).isPresent());
    }

    /// What somebody who is signed in gets; others are sent to the sign-in page, and a script is
    /// told.
    Response signedIn(Function<Sessions.Session, Response> answer) {
        Optional<Sessions.Session> session;
        try {
            session = session();
        } catch (StoreUnavailableException e) {
            return page(
                    Response.status(503),
                    Pages.trouble(Frame.NOBODY, AWAY, NOTHING_CHANGED, ours(uri.getPath())));
        }
        if (session.isPresent()) {
            return answered(session.get(), answer);
        }
        String accepts = String.valueOf(headers.getHeaderString(HttpHeaders.ACCEPT));
        if (!accepts.contains("text/html")) {
            return closed(Response.status(401)).build();
        }
        return to("/sign-in?next=" + ours(uri.getPath()));
    }

    /// A page of ours, never an address somebody else chose; the board for anything else.
    static String ours(@Nullable String path) {
        return path != null && path.matches("/cutovers/[a-z0-9-]{1,80}") ? path : "/";
    }

    /// What a form gets: signed in, its own token, and the role.
    ///
    /// @param csrf the token the form carried
    Response wrote(@Nullable String csrf, Role needs, Function<Sessions.Session, Response> answer) {
        return signedIn(
                session -> {
                    if (!session.wrote(csrf) || isForeign()) {
                        return trouble(
                                session,
                                403,
                                "This form is not from here",
                                "expected the token of your session, seen another; open the page"
                                        + " again and repeat it. Nothing was changed.",
                                "/");
                    }
                    if (!session.caller().may(needs)) {
                        return trouble(
                                session,
                                403,
                                "Not allowed",
                                "needs the role "
                                        + needs.text()
                                        + ", which "
                                        + session.caller().name()
                                        + " does not have. Nothing was changed.",
                                "/");
                    }
                    return answer.apply(session);
                });
    }

    /// Whether a browser says that another site wrote this request.
    boolean isForeign() {
        boolean otherOrigin =
                origin != null
                        && !origin.equals("null")
                        && !origin.endsWith("://" + uri.getBaseUri().getAuthority());
        return otherOrigin || "cross-site".equals(fetchSite);
    }

    private Response answered(
            Sessions.Session session, Function<Sessions.Session, Response> answer) {
        try {
            return answer.apply(session);
        } catch (ProblemException e) {
            Problem p = e.problem();
            return trouble(session, p.status(), p.title(), p.detail(), uri.getPath());
        } catch (StoreUnavailableException e) {
            return trouble(session, 503, AWAY, NOTHING_CHANGED, uri.getPath());
        }
    }

    Response trouble(
            Sessions.Session session, int status, String title, String detail, String back) {
        String there = back.replaceAll("^(/cutovers/[^/]+)/.*$", "$1");
        return page(
                Response.status(status), Pages.trouble(Frame.of(session), title, detail, there));
    }

    static Response page(TemplateInstance template) {
        return page(Response.ok(), template);
    }

    static Response page(Response.ResponseBuilder answer, TemplateInstance template) {
        return closed(answer).type("text/html;charset=UTF-8").entity(template.render()).build();
    }

    /// Another page, asked for with GET. Source: RFC 9110 section 15.4.4.
    Response to(String path) {
        return closed(Response.status(303)).location(URI.create(path)).build();
    }

    private static Response.ResponseBuilder closed(Response.ResponseBuilder answer) {
        return answer.header("Cache-Control", "no-store");
    }

    /// The cookie that opens a session, or that ends one.
    ///
    /// @param value empty to end
    NewCookie cookie(String value) {
        return new NewCookie.Builder(COOKIE)
                .value(value)
                .path("/")
                .httpOnly(true)
                .secure(uri.getRequestUri().getScheme().equals("https"))
                .sameSite(NewCookie.SameSite.STRICT)
                .maxAge(value.isEmpty() ? 0 : (int) Sessions.LONGEST.toSeconds())
                .build();
    }
}
