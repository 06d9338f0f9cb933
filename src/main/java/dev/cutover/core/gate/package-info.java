/**
 * Evidence, verdicts and the gates and guards that judge them. Every judgement is a pure function of evidence and now.
 */
@NullMarked
package dev.cutover.core.gate;

import org.jspecify.annotations.NullMarked;
