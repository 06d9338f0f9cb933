package dev.cutover.api;

/// Word that a cutover's journal grew.
///
/// @param seq the number of an entry that is there now; there may be later ones
record ChangedView(String cutover, long seq) {}
