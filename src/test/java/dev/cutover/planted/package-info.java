/// Classes that break the rules of the core on purpose, one rule each, so that the architecture
/// test can show that it sees them. Nothing else may live here.
@NullMarked
package dev.cutover.planted;

import org.jspecify.annotations.NullMarked;
