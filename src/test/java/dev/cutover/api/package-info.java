/// Tests of the REST API: its pure parts alone, and the whole of it over HTTP with a journal in
/// memory.
@NullMarked
package dev.cutover.api;

import org.jspecify.annotations.NullMarked;
