/**
 * Verdicts, and the gates and guards that come to them: every judgement is a pure function of evidence, a
 * plan's values and now. What was observed lives in {@code evidence}; what follows from a verdict is
 * decided in {@code life}.
 */
@NullMarked
package dev.cutover.core.gate;

import org.jspecify.annotations.NullMarked;
