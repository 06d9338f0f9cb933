/**
 * Core values as JSON: one mapper for all faces and stores, the journal's versioned event documents, and
 * the before-image as a document that stands alone.
 *
 * <p>Sees the core only, and keeps annotations out of it: how a value looks as JSON follows from its type.
 * No input or output beyond text and streams; no clock.
 */
@NullMarked
package dev.cutover.json;

import org.jspecify.annotations.NullMarked;
