/// Where the parts meet: the process's entry, configuration, producers and the one clock.
///
/// May see every other package and is seen by none. No rule of a cutover lives here.
@NullMarked
package dev.cutover.wiring;

import org.jspecify.annotations.NullMarked;
