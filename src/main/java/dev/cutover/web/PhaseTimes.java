package dev.cutover.web;

import dev.cutover.api.CutoverDesk;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.report.Report;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// When each phase began and ended. A journal is read once for all who look at it, until it grows.
@Singleton
public final class PhaseTimes {
    private static final int MOST_ENTRIES = 5_000;
    private static final int MOST_KEPT = 64;

    private final CutoverDesk desk;
    private final Map<CutoverId, Known> known =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<CutoverId, Known> eldest) {
                    return size() > MOST_KEPT;
                }
            };

    @Inject
    public PhaseTimes(CutoverDesk desk) {
        this.desk = desk;
    }

    private record Known(long seq, List<Report.Span> spans) {}

    /// The phases so far, in order; those of a journal's first 5,000 entries.
    List<Report.Span> of(Cutover c) {
        synchronized (known) {
            Known before = known.get(c.id());
            if (before != null && before.seq() == c.seq()) {
                return before.spans();
            }
        }
        List<Report.Span> spans =
                Report.of(
                                desk.cutovers().entries(c.id(), 0, MOST_ENTRIES),
                                List.of(),
                                Optional.empty())
                        .phases();
        synchronized (known) {
            known.put(c.id(), new Known(c.seq(), spans));
        }
        return spans;
    }
}
