/**
 * What was observed, with when: raw values without an opinion. Judging them belongs to {@code gate};
 * observing them to the adapters behind the ports.
 */
@NullMarked
package dev.cutover.core.evidence;

import org.jspecify.annotations.NullMarked;
