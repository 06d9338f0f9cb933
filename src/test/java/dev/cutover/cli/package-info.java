/// Tests of the command line against a small HTTP server that answers as the controller does.
@NullMarked
package dev.cutover.cli;

import org.jspecify.annotations.NullMarked;
