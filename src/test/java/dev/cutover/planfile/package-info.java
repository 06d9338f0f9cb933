/** What a plan file may say, what it may not, and that nothing it says breaks the reader. */
@NullMarked
package dev.cutover.planfile;

import org.jspecify.annotations.NullMarked;
