/// The command line: what a person or a script types, and what they see in the terminal.
///
/// Decides before the platform starts, so that `--help` is quick. A face: sees `run`, `core` and
/// `json`, and for the demo the lab; no adapter, no store.
@NullMarked
package dev.cutover.cli;

import org.jspecify.annotations.NullMarked;
