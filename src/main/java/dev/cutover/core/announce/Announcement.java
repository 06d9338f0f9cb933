package dev.cutover.core.announce;

import dev.cutover.core.life.CutoverId;
import java.time.Instant;
import java.util.List;

/**
 * What people and automation are told about one event.
 *
 * @param id the same for every repeat: cutover and sequence number
 * @param code a stable word, such as {@code phase.Switching} or {@code page.CannotRestore}
 * @param urgent whether somebody should be woken
 * @param text one or two sentences
 * @param steps what a person can do now; may be empty
 */
public record Announcement(
        String id,
        CutoverId cutover,
        long seq,
        Instant at,
        String code,
        boolean urgent,
        String text,
        List<String> steps) {
    public Announcement {
        steps = List.copyOf(steps);
    }
}
