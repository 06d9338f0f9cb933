package dev.cutover.web;

import dev.cutover.api.CutoverDesk;
import dev.cutover.api.EventStreams;
import dev.cutover.api.EventsResource;
import dev.cutover.core.life.CutoverId;
import dev.cutover.run.Cutovers;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The board and its stream.
@Path("/")
@RunOnVirtualThread
public class BoardResource {
    /// The most cutovers of each part of the board.
    private static final int MOST = 30;

    private static final int MOST_OVER = 10;

    private final CutoverDesk desk;
    private final EventStreams streams;

    @Inject
    public BoardResource(CutoverDesk desk, EventStreams streams) {
        this.desk = desk;
        this.streams = streams;
    }

    @GET
    @Produces(MediaType.TEXT_HTML)
    public Response board(@BeanParam Visit visit) {
        return visit.signedIn(session -> Visit.page(Pages.board(page(Frame.of(session)))));
    }

    private BoardPage page(Frame frame) {
        Instant now = desk.cutovers().now();
        Set<CutoverId> urgent = new LinkedHashSet<>();
        for (String phase : List.of("NeedsOperator", "Held", "FallingBack")) {
            ids(Optional.of(true), Optional.of(phase), MOST).forEach(urgent::add);
        }
        Cutovers.Page live = list(Optional.of(true), Optional.empty(), MOST);
        Cutovers.Page over = list(Optional.of(false), Optional.empty(), MOST_OVER);
        return new BoardPage(
                frame,
                Moment.of(now, now),
                cards(urgent, now),
                cards(
                        live.rows().stream()
                                .map(Cutovers.Row::id)
                                .filter(id -> !urgent.contains(id))
                                .toList(),
                        now),
                cards(over.rows().stream().map(Cutovers.Row::id).toList(), now),
                live.next().isPresent() || over.next().isPresent());
    }

    private List<CutoverId> ids(Optional<Boolean> live, Optional<String> phase, int most) {
        return list(live, phase, most).rows().stream().map(Cutovers.Row::id).toList();
    }

    private Cutovers.Page list(Optional<Boolean> live, Optional<String> phase, int most) {
        return desk.cutovers()
                .list(new Cutovers.Filter(Optional.empty(), live, phase, Optional.empty()), most);
    }

    private List<BoardPage.Card> cards(Iterable<CutoverId> ids, Instant now) {
        List<BoardPage.Card> cards = new ArrayList<>();
        for (CutoverId id : ids) {
            desk.cutovers().find(id).ifPresent(c -> cards.add(BoardPage.Card.of(c, now)));
        }
        return List.copyOf(cards);
    }

    @GET
    @Path("stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response stream(@BeanParam Visit visit) {
        return visit.signedIn(
                session ->
                        EventsResource.stream(
                                streams.changes(visit.routing, visit.reader(session))));
    }
}
