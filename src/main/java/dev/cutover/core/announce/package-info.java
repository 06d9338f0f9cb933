/**
 * What is said to people and automation about each event; a pure function of the event, so a repeat says the same.
 */
@NullMarked
package dev.cutover.core.announce;

import org.jspecify.annotations.NullMarked;
