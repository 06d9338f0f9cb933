/**
 * Promotion engines behind the port: how each is started, looked at, asked for proof and rolled back. What a
 * promotion means for a cutover is decided in {@code core}.
 */
@NullMarked
package dev.cutover.promotion;

import org.jspecify.annotations.NullMarked;
