/**
 * Places that keep before-images: a folder on this node, and something off it that takes PUT and GET. What an
 * image holds is decided in {@code core.image}; its form in {@code json}.
 */
@NullMarked
package dev.cutover.imagestore;

import org.jspecify.annotations.NullMarked;
