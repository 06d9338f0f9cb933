/** Whole cutovers in the lab, through real processes and sockets. */
@NullMarked
package dev.cutover.demo;

import org.jspecify.annotations.NullMarked;
