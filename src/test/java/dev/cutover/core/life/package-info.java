/** Whole lives of cutovers, told in plan time. */
@NullMarked
package dev.cutover.core.life;

import org.jspecify.annotations.NullMarked;
