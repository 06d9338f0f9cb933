/**
 * A stateful Cloudflare for the lab: accounts, zones, records and the client API over HTTP.
 *
 * <p>It keeps the vendor's rules as far as a cutover can meet them: what a write may say, what a
 * batch promises, how late an authority or the edge sees a change, how calls are counted and
 * refused. The contract of the API is the vendor's OpenAPI file; a test holds each served operation
 * against it. Nothing here knows what a cutover is.
 */
@NullMarked
package dev.cutover.lab.cloudflare;

import org.jspecify.annotations.NullMarked;
