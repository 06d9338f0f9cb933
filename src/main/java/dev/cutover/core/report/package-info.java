/**
 * The report: a fold of the journal into what happened, when, on which evidence, and what it cost.
 */
@NullMarked
package dev.cutover.core.report;

import org.jspecify.annotations.NullMarked;
