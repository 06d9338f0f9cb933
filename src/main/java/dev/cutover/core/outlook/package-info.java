/**
 * What a plan will take before anything is done: its timeline, its longest run, the calls it costs and what
 * nobody can prove beforehand. Figures from a plan and its diff alone; nothing that was observed later.
 */
@NullMarked
package dev.cutover.core.outlook;

import org.jspecify.annotations.NullMarked;
