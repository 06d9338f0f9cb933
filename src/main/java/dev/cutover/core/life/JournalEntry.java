package dev.cutover.core.life;

import java.time.Instant;

/**
 * One line of the journal.
 *
 * @param seq from 1, without gaps, per cutover
 * @param at plan time, UTC
 * @param by who caused it: a person's name, or {@code controller}
 */
public record JournalEntry(CutoverId cutover, long seq, Instant at, String by, Event event) {}
