/// The REST API `/api/v1`: keys and roles, requests, views, problems.
///
/// A face: sees `run`, `core` and `json`. Resources only translate; what a cutover means is told by
/// the views, which are pure. No rule of a cutover lives here, and nothing is written to a
/// provider.
@NullMarked
package dev.cutover.api;

import org.jspecify.annotations.NullMarked;
