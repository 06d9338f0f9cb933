/**
 * What a person wants: the immutable plan, the planner that turns it and the zone into a diff, and the refusals.
 */
@NullMarked
package dev.cutover.core.plan;

import org.jspecify.annotations.NullMarked;
