/**
 * The before-image, the strict way forward from it, and the three-way restoration that brings zone and edge
 * back without undoing other people's edits. Values and comparisons only; who writes them is {@code run}'s
 * matter.
 */
@NullMarked
package dev.cutover.core.image;

import org.jspecify.annotations.NullMarked;
