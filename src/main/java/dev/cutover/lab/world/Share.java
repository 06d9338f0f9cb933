package dev.cutover.lab.world;

/**
 * Which part of some orders the new production server took.
 *
 * @param percent 0 to 100
 * @param orders how many were taken at all
 */
public record Share(double percent, int orders) {}
