/**
 * The lab: a whole world on loopback in which a cutover can be rehearsed by the real controller.
 *
 * <p>Directly in this package live the two things every part of the world shares: the {@link
 * dev.cutover.lab.LabClock} and the {@link dev.cutover.lab.CallTap}. The lab talks with the
 * controller over sockets only, so nothing here may refer to a production package; of the controller only
 * the demo command, and the entry that starts the lab's engine, may refer to anything here. No CDI
 * beans.
 */
@NullMarked
package dev.cutover.lab;

import org.jspecify.annotations.NullMarked;
