/**
 * Clocks computed from evidence: when the last old answer can be gone, and who has adopted the new one.
 */
@NullMarked
package dev.cutover.core.timeline;

import org.jspecify.annotations.NullMarked;
