package dev.cutover.core.plan;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.PlannedPool.Sessions;
import java.time.Duration;

/**
 * Visitors whom a load balancer's session affinity keeps at the origin a plan moves them from.
 *
 * @param balancer what they type
 * @param from the origin they stay at, by name
 * @param last how long a session that began just before the last share lasts
 * @param sessions what the plan does about them
 * @param step the step of the last share
 */
public record KeptSessions(
        DnsName balancer, String from, Duration last, Sessions sessions, int step) {}
