/**
 * What adapters share to reach the world over HTTP and TLS: a client that connects to a chosen
 * address, the policy which addresses may be contacted, call budgets, secrets by reference, trust.
 *
 * <p>Nothing here knows a vendor or a cutover. Addresses come from a literal, from {@link
 * dev.cutover.port.Resolvers} or, for the endpoints of providers only, from the system; each is
 * checked against {@link dev.cutover.net.EgressPolicy} right before it is connected to.
 */
@NullMarked
package dev.cutover.net;

import org.jspecify.annotations.NullMarked;
