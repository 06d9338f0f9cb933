package dev.cutover.port;

import dev.cutover.core.life.CutoverId;

/**
 * The right to drive one cutover, until it runs out.
 *
 * @param cutover which
 * @param node whose
 * @param epoch grows with every change of owner; appends check it
 * @param fresh whether another node drove it before, so that a write of its may still be on the wire
 */
public record Lease(CutoverId cutover, String node, long epoch, boolean fresh) {}
