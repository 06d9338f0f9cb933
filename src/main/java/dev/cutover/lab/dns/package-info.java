/**
 * The lab's name system: authoritative servers, caching resolvers with good and bad habits, and the
 * stub client of the lab's visitors, all on real UDP and TCP sockets.
 *
 * <p>What the zones hold is not decided here: their owner offers it as a {@link
 * dev.cutover.lab.dns.ZoneSource}. Nothing here may refer to a production package, and time comes
 * from the {@link dev.cutover.lab.LabClock} only, so that a jump of the lab ages every cache.
 */
@NullMarked
package dev.cutover.lab.dns;

import org.jspecify.annotations.NullMarked;
