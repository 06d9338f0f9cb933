/**
 * Plan files: YAML text to core values with the line and column of every mistake. Nothing is
 * asked of the world here but the landing-page file the plan names; what the zone really holds is the planner's
 * matter.
 */
@NullMarked
package dev.cutover.planfile;

import org.jspecify.annotations.NullMarked;
