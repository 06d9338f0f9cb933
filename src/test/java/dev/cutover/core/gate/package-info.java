/** What opens a gate, and what does not. */
@NullMarked
package dev.cutover.core.gate;

import org.jspecify.annotations.NullMarked;
