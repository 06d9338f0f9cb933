/** When errors are too many. */
@NullMarked
package dev.cutover.core.judge;

import org.jspecify.annotations.NullMarked;
