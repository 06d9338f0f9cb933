/**
 * Real servers from Debian's packages that tests start for themselves: what is installed, where, and how it is
 * started and stopped. No expectations live here.
 */
@NullMarked
package dev.cutover.peer;

import org.jspecify.annotations.NullMarked;
