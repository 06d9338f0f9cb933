/// Tests of the pages: what they say, and who gets in.
@NullMarked
package dev.cutover.web;

import org.jspecify.annotations.NullMarked;
