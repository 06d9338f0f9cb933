/**
 * Channels to people and automation. A channel takes one announcement at a time and says when it could
 * not; what is announced and in which words is decided in {@code core.announce}.
 */
@NullMarked
package dev.cutover.notify;

import org.jspecify.annotations.NullMarked;
