/**
 * The parts of the provider's edge that a plan may change beside records: pools with their origins, the
 * rules of a phase, single settings. Values only; the way forward and back over them is in {@code image},
 * what a plan wants of them in {@code plan}. Knows no plan.
 */
@NullMarked
package dev.cutover.core.edge;

import org.jspecify.annotations.NullMarked;
