package dev.cutover.api;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Drain;
import dev.cutover.core.life.Input;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.run.Cutovers;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Finds cutovers and asks things of them, with problems for all that can go wrong.
@Singleton
public final class CutoverDesk {
    private static final int MOST_RECENT = 20;

    private final Cutovers cutovers;
    private final Measures measures;
    private final ApiKeys keys;

    @Inject
    public CutoverDesk(Cutovers cutovers, Measures measures, ApiKeys keys) {
        this.cutovers = cutovers;
        this.measures = measures;
        this.keys = keys;
    }

    public Cutovers cutovers() {
        return cutovers;
    }

    /// The id in a path.
    ///
    /// @throws ProblemException 404 when the text can be no id
    public static CutoverId id(String text) {
        try {
            return new CutoverId(text);
        } catch (IllegalArgumentException e) {
            throw missing(text.length() > 80 ? text.substring(0, 80) + "..." : text);
        }
    }

    /// The cutover in a path.
    ///
    /// @throws ProblemException 404
    public Cutover find(String text) {
        return cutovers.find(id(text)).orElseThrow(() -> missing(text));
    }

    static ProblemException missing(String text) {
        return new ProblemException(Problem.noSuchCutover(text));
    }

    /// Asks, and shows the cutover as it was after that.
    ///
    /// @throws ProblemException 404, 409, 412 or 422
    public CutoverView ask(
            String text,
            Input.Request request,
            Headers.Seen seen,
            Optional<Cutovers.Repeat> repeat) {
        return switch (cutovers.request(id(text), request, seen::fits, repeat)) {
            case Cutovers.Answer.NotFound n -> throw missing(text);
            case Cutovers.Answer.Stale s ->
                    throw new ProblemException(Problem.changedSince(seen.text(), s.cutover()));
            case Cutovers.Answer.KeyReused k -> throw new ProblemException(Problem.keyReused());
            case Cutovers.Answer.Refused r ->
                    throw new ProblemException(Problem.requestRefused(r.why(), r.cutover()));
            case Cutovers.Answer.Accepted a -> view(a.cutover());
        };
    }

    /// Says which state an answer shows. Nobody may keep it without asking again.
    static Response.ResponseBuilder tagged(Response.ResponseBuilder answer, long seq) {
        return answer.header("ETag", Headers.tag(seq)).header("Cache-Control", "private, no-cache");
    }

    /// The cutover with all that is known around it.
    public CutoverView view(Cutover c) {
        Instant now = cutovers.now();
        List<JournalEntry> recent =
                cutovers.entries(c.id(), Math.max(0, c.seq() - MOST_RECENT), MOST_RECENT);
        List<AdoptionView> curve =
                measures.adoption(c.id()).stream().map(AdoptionView::of).toList();
        Optional<ErrorsView> errors =
                ErrorsView.from(c, now)
                        .map(
                                from ->
                                        ErrorsView.of(
                                                from,
                                                measures.probes(c.id(), from),
                                                c.plan().watch().errorCeiling()));
        return CutoverView.of(
                c,
                new CutoverView.Around(
                        cutovers.row(c.id()),
                        recent,
                        curve.isEmpty() ? Optional.empty() : Optional.of(curve.getLast()),
                        measures.caches(c.id())
                                .flatMap(known -> Drain.forecast(c, known, now))
                                .map(ForecastView::of),
                        errors,
                        keys.approvers(),
                        now));
    }
}
