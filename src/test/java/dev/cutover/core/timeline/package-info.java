/** When the last old answer can be gone. */
@NullMarked
package dev.cutover.core.timeline;

import org.jspecify.annotations.NullMarked;
