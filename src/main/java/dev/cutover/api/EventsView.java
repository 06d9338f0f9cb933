package dev.cutover.api;

import dev.cutover.core.life.JournalEntry;
import java.util.List;

/// A piece of the journal, oldest first.
///
/// @param after what was asked for: entries after this number
/// @param last the number of the last entry given; equal to `after` when there are none
/// @param more whether asking again after `last` may give more at once
public record EventsView(long after, long last, boolean more, List<EventView> events) {
    static EventsView of(long after, int limit, List<JournalEntry> entries) {
        return new EventsView(
                after,
                entries.isEmpty() ? after : entries.getLast().seq(),
                entries.size() == limit,
                entries.stream().map(EventView::of).toList());
    }
}
