/// The simulation: a seeded world without sockets around the pure core, and an oracle that shares
/// no code with what it judges.
///
/// ```
/// Scenario   a random plan, the zone before it, and what is promised of every planned record
/// SimZone    the provider's zone and its authorities, which lag;  SimEngine  the promotion engine
/// SimWorld   sides that sicken, an API that goes down, resolvers, visitors, evidence
/// SimEffects actions as the real ones mean them, each able to fail, get lost or land late
/// SimDriver  observe -> decide -> append -> start; crashes lose its memory
/// People     edit, hold, resume, approve, postpone and abort
/// Oracle     what must never happen, judged from the world's own truth
/// ```
///
/// Nothing here may use sockets, threads or the system's clock.
@NullMarked
package dev.cutover.sim;

import org.jspecify.annotations.NullMarked;
