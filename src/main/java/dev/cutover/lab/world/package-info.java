/**
 * The lab put together: one world, the plan of its cutover, the scenarios that go wrong in it, and the oracle
 * that judges how each ended. Nothing here knows the controller.
 */
@NullMarked
package dev.cutover.lab.world;

import org.jspecify.annotations.NullMarked;
