/**
 * The pure heart: values and decisions, and nothing that touches the world.
 *
 * <p>Here live the words of the domain as types, and the two functions everything else serves:
 * {@code life.Decider.decide} and {@code life.Cutover.apply}. Only {@code java..} and JSpecify may be
 * imported; no clock, no I/O, no logger, no randomness: time comes in as an {@link
 * java.time.Instant}, evidence as a value.
 */
@NullMarked
package dev.cutover.core;

import org.jspecify.annotations.NullMarked;
