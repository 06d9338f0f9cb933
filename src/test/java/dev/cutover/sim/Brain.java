package dev.cutover.sim;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Decider;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.Input;
import java.time.Instant;

/// Who decides: the real decider, or one with a planted mistake.
@FunctionalInterface
interface Brain {
    Brain REAL = Decider::decide;

    Decision decide(Cutover c, Input in, Instant now);
}
