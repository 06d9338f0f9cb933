package dev.cutover.api;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Input;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.run.Cutovers;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Finds cutovers and asks things of them, with problems for all that can go wrong.
@Singleton
public final class CutoverDesk {
    private static final int MOST_RECENT = 20;

    private final Cutovers cutovers;
    private final Measures measures;

    @Inject
    public CutoverDesk(Cutovers cutovers, Measures measures) {
        this.cutovers = cutovers;
        this.measures = measures;
    }

    Cutovers cutovers() {
        return cutovers;
    }

    /// The id in a path.
    ///
    /// @throws ProblemException 404 when the text can be no id
    static CutoverId id(String text) {
        try {
            return new CutoverId(text);
        } catch (IllegalArgumentException e) {
            throw missing(text.length() > 80 ? text.substring(0, 80) + "..." : text);
        }
    }

    /// The cutover in a path.
    ///
    /// @throws ProblemException 404
    Cutover find(String text) {
        return cutovers.find(id(text)).orElseThrow(() -> missing(text));
    }

    static ProblemException missing(String text) {
        return new ProblemException(Problem.noSuchCutover(text));
    }

    /// Asks, and shows the cutover as it is then.
    ///
    /// @throws ProblemException 404, 409 or 412
    CutoverView ask(String text, Input.Request request, Optional<String> idempotencyKey) {
        return switch (cutovers.request(id(text), request, idempotencyKey)) {
            case Cutovers.Answer.NotFound n -> throw missing(text);
            case Cutovers.Answer.Refused r ->
                    throw new ProblemException(Problem.requestRefused(r.why(), r.cutover()));
            case Cutovers.Answer.Accepted a -> view(a.cutover());
        };
    }

    /// The cutover with all that is known around it.
    CutoverView view(Cutover c) {
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
                        errors,
                        now));
    }
}
