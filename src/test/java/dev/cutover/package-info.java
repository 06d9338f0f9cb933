/// Tests of the whole: the packages' one-way table, the launcher and what else no single package
/// owns.
@NullMarked
package dev.cutover;

import org.jspecify.annotations.NullMarked;
