/**
 * Cloudflare as zone, edge and error feed: its client API version 4 in the core's words.
 *
 * <p>Translates and decides nothing: a batch is one transaction, sent once; reads may be repeated a
 * little; every call is logged without its body and credentials. Plans hold a token's reference, and
 * the token is resolved for each call.
 */
@NullMarked
package dev.cutover.cloudflare;

import org.jspecify.annotations.NullMarked;
