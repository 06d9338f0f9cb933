/**
 * The driver: observe, decide, append, act; with who owns which cutover, recovery, restore, and what faces
 * may ask for.
 *
 * <p>Everything that decides is in {@code core}; everything that knows a peer is behind a port. Recovery
 * after a crash is the same loop: open actions without a running thread are looked at first.
 */
@NullMarked
package dev.cutover.run;

import org.jspecify.annotations.NullMarked;
