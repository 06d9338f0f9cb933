package dev.cutover.core.evidence;

import dev.cutover.core.dns.SetKey;

/**
 * What validation said of one set.
 *
 * @param why the validator's reason; may be empty
 */
public record SignedSet(SetKey set, Security security, String why) {}
