/** Tests of the lab's promotion engine, one of them with its real process killed. */
@NullMarked
package dev.cutover.lab.engine;

import org.jspecify.annotations.NullMarked;
