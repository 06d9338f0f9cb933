package dev.cutover.web;

import dev.cutover.api.CutoverDesk;
import dev.cutover.api.CutoverView;
import dev.cutover.api.ErrorsView;
import dev.cutover.api.EventStreams;
import dev.cutover.api.EventsResource;
import dev.cutover.api.Headers;
import dev.cutover.api.Measures;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Drain;
import dev.cutover.core.life.Input;
import dev.cutover.core.timeline.Caches;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One cutover: its page, its stream, and what people ask of it.
@Path("/cutovers/{id}")
@RunOnVirtualThread
public class CutoverResource {
    private static final int LONGEST_WHY = 500;

    private final CutoverDesk desk;
    private final Measures measures;
    private final EventStreams streams;
    private final PhaseTimes times;

    @Inject
    public CutoverResource(
            CutoverDesk desk, Measures measures, EventStreams streams, PhaseTimes times) {
        this.desk = desk;
        this.measures = measures;
        this.streams = streams;
        this.times = times;
    }

    @GET
    @Produces(MediaType.TEXT_HTML)
    public Response show(
            @PathParam("id") String id,
            @QueryParam("done") @Nullable String done,
            @BeanParam Visit visit) {
        return visit.signedIn(
                session -> Visit.page(Pages.cutover(page(desk.find(id), session, notice(done)))));
    }

    private CutoverPage page(Cutover c, Sessions.Session session, String notice) {
        CutoverView view = desk.view(c);
        ErrorsView counted = view.errors();
        Chart errors =
                counted == null
                        ? Chart.NONE
                        : Chart.errors(
                                measures.probes(c.id(), counted.from()),
                                counted.from(),
                                view.now(),
                                counted.ceiling());
        Optional<Caches> known = measures.caches(c.id());
        return CutoverPage.of(
                view,
                new CutoverPage.Around(
                        times.of(c),
                        measures.look(c.id()),
                        known,
                        Chart.adoption(
                                measures.adoption(c.id()),
                                known.flatMap(k -> Drain.forecast(c, k, view.now())),
                                view.now()),
                        errors),
                Frame.of(session),
                session.caller(),
                notice);
    }

    /// Words for what was done, never what stands in an address.
    private static String notice(@Nullable String done) {
        return switch (done == null ? "" : done) {
            case "hold" -> "Hold was accepted. Forward steps stop; guards go on.";
            case "resume" -> "Resume was accepted. Everything is judged anew before it goes on.";
            case "approve" -> "Your approval was noted.";
            case "abort" -> "Fall back was accepted. It goes back by itself now.";
            default -> "";
        };
    }

    @GET
    @Path("/stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response stream(
            @PathParam("id") String id,
            @QueryParam("after") @Nullable String after,
            @HeaderParam("Last-Event-ID") @Nullable String lastEventId,
            @BeanParam Visit visit) {
        return visit.signedIn(
                session -> {
                    Cutover c = desk.find(id);
                    long from =
                            Math.min(c.seq(), number(lastEventId == null ? after : lastEventId));
                    if (c.phase().isFinal() && from == c.seq()) {
                        // Anything else would make browsers ask again for ever.
                        return Response.noContent().header("Cache-Control", "no-store").build();
                    }
                    return EventsResource.stream(
                            streams.journal(c.id(), from, visit.routing, visit.reader(session)));
                });
    }

    private static long number(@Nullable String text) {
        return text != null && text.matches("\\d{1,9}") ? Long.parseLong(text) : 0;
    }

    @POST
    @Path("/{verb: approve|hold|resume|abort}")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.TEXT_HTML)
    public Response ask(
            @PathParam("id") String id,
            @PathParam("verb") String verb,
            @FormParam("csrf") @Nullable String csrf,
            @FormParam("confirm") @Nullable String confirm,
            @FormParam("why") @Nullable String why,
            @FormParam("seen") @Nullable String seen,
            @BeanParam Visit visit) {
        return visit.wrote(
                csrf,
                Act.role(verb),
                session -> {
                    Cutover c = desk.find(id);
                    boolean typed = verb.equals("hold") || verb.equals("abort");
                    if (typed && !c.id().value().equals(confirm == null ? "" : confirm.strip())) {
                        return visit.trouble(
                                session,
                                422,
                                "Not confirmed",
                                "expected the cutover's name "
                                        + c.id()
                                        + ", seen something else. Nothing was changed.",
                                "/cutovers/" + c.id());
                    }
                    String by = session.caller().name();
                    desk.ask(
                            c.id().value(),
                            request(verb, by, reason(why), seen == null ? "" : seen),
                            // Who approves, approves what the page showed; nothing else waits.
                            verb.equals("approve")
                                    ? new Headers.Seen(seen == null ? "none" : seen)
                                    : Headers.Seen.ANYTHING,
                            Optional.empty());
                    return visit.to("/cutovers/" + c.id() + "?done=" + verb);
                });
    }

    private static Input.Request request(String verb, String by, String why, String planHash) {
        return switch (verb) {
            case "approve" -> new Input.Approve(by, planHash);
            case "resume" -> new Input.Resume(by);
            case "hold" -> new Input.Hold(by, why);
            default -> new Input.Abort(by, why);
        };
    }

    /// One line, not too long. Who is in a hurry is not told about it.
    private static String reason(@Nullable String why) {
        String text = why == null ? "" : why.replaceAll("\\p{Cntrl}+", " ").strip();
        return text.isEmpty()
                ? "no reason given"
                : text.substring(0, Math.min(LONGEST_WHY, text.length()));
    }
}
