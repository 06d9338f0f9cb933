/**
 * The judge of error rates: counts in buckets, a sequential test against a ceiling, and what counts as
 * an outage or a collapse. Pure functions of buckets and time; nothing here knows where counts come from
 * or what follows from a finding.
 */
@NullMarked
package dev.cutover.core.judge;

import org.jspecify.annotations.NullMarked;
