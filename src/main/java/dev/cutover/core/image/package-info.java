/**
 * The before-image and the three-way restoration that brings a zone back without undoing other people's edits.
 */
@NullMarked
package dev.cutover.core.image;

import org.jspecify.annotations.NullMarked;
