/** Fixtures the stories of the core share: one zone, one plan. */
@NullMarked
package dev.cutover.core;

import org.jspecify.annotations.NullMarked;
