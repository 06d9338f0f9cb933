/**
 * Zones on name servers that take dynamic updates: whole zones read by transfer, changes written as one
 * UPDATE message, both signed with a TSIG key.
 *
 * <p>Nothing here knows a plan, retries a write, or remembers a zone between two calls.
 */
@NullMarked
package dev.cutover.dns;

import org.jspecify.annotations.NullMarked;
