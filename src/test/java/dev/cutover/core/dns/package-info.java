/** Names and addresses have one normal form. */
@NullMarked
package dev.cutover.core.dns;

import org.jspecify.annotations.NullMarked;
