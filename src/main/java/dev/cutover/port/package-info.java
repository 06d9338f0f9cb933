/**
 * What a run needs of the world, as interfaces: one per peer, spoken in the core's words.
 *
 * <p>Ports block the calling (virtual) thread, keep to the deadline they are given and hold no database
 * connection meanwhile. An expected outcome is a value; everything else is a {@link
 * dev.cutover.port.PortException} with a category. Retrying is the caller's business: a port never
 * repeats a write.
 */
@NullMarked
package dev.cutover.port;

import org.jspecify.annotations.NullMarked;
