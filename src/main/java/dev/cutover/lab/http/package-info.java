/**
 * Listeners on loopback addresses and pinned outgoing calls, shared by the HTTP parts of the lab.
 *
 * <p>Everything here binds and connects inside 127.0.0.0/8 only. What a listener answers belongs to
 * the package of the thing it plays (Cloudflare, an origin, the edge, the promotion engine).
 */
@NullMarked
package dev.cutover.lab.http;

import org.jspecify.annotations.NullMarked;
