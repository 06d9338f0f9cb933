/**
 * The judge of error rates: counts in buckets, a ceiling, and what counts as an outage.
 */
@NullMarked
package dev.cutover.core.judge;

import org.jspecify.annotations.NullMarked;
