/** What a plan would change, and why it may not. */
@NullMarked
package dev.cutover.core.outlook;

import org.jspecify.annotations.NullMarked;
