/** The way forward, strict; the way back, three-way. */
@NullMarked
package dev.cutover.core.image;

import org.jspecify.annotations.NullMarked;
