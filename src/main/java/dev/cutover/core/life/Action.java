package dev.cutover.core.life;

import java.time.Instant;

/**
 * An opened piece of outside work.
 *
 * @param intendedAt when the journal was told, before anything was sent
 * @param deadlineAt when it must have ended or be given up
 */
public record Action(ActionId id, ActionSpec spec, Instant intendedAt, Instant deadlineAt) {}
