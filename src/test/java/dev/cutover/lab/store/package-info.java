/** Tests of the lab's object store and webhook receiver. */
@NullMarked
package dev.cutover.lab.store;

import org.jspecify.annotations.NullMarked;
