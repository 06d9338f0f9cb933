package dev.cutover.port;

import dev.cutover.core.life.CutoverId;

/**
 * The right to drive one cutover, until it runs out.
 *
 * <p>Nothing says whether somebody drove before, because a new owner does the same either way: no write is
 * sent that may outlive its sender's lease ({@link Fence}), every write reads the zone first and compares,
 * what was open is looked at before it is tried again, and success is claimed from what is read afterwards.
 *
 * @param cutover which
 * @param node whose
 * @param epoch grows with every change of owner; appends check it
 */
public record Lease(CutoverId cutover, String node, long epoch) {}
