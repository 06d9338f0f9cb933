/** What people are told. */
@NullMarked
package dev.cutover.core.announce;

import org.jspecify.annotations.NullMarked;
