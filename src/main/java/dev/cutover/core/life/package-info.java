/**
 * The life of one cutover: phases, events, actions, requests, and the two functions decide and apply.
 */
@NullMarked
package dev.cutover.core.life;

import org.jspecify.annotations.NullMarked;
