/**
 * Where the controller leaves things outside itself in the lab: an object store for before-images,
 * and a receiver of announcements.
 *
 * <p>Both keep in memory what they got, for an oracle to read, and can be told to fail.
 */
@NullMarked
package dev.cutover.lab.store;

import org.jspecify.annotations.NullMarked;
