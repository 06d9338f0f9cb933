/**
 * DNS values: names, records, addresses, a zone as it was seen. No questions are asked here and nothing is resolved.
 */
@NullMarked
package dev.cutover.core.dns;

import org.jspecify.annotations.NullMarked;
