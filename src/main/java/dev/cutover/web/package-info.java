/// The pages for people: a board of cutovers, one cutover live, and the way in.
///
/// A face: sees `run`, `core`, `json`, and the API's views, so that a cutover reads the same on
/// every face. Views here only choose words and draw; what a cutover means, and who may ask what,
/// is told by the API. Pages work without a script; the script keeps them fresh. Nothing is written
/// to a provider from here, and no page asks another site for anything.
@NullMarked
package dev.cutover.web;

import org.jspecify.annotations.NullMarked;
