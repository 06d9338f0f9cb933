package dev.cutover.cli;

import java.nio.file.Path;
import java.util.Optional;

/// What `cutover demo` was asked for.
///
/// @param scenario the scenario's name as typed; whether there is such a one is the demo's to say
/// @param report where the report is written as JSON; empty for nowhere
/// @param stay whether the lab and the controller keep running when the cutover is over, until the
///     process is interrupted
/// @param keep whether the lab's files are kept also when the run ended as it must
/// @param realPeers whether nginx and Unbound of this machine play origins and resolvers
public record DemoOptions(
        String scenario, Optional<Path> report, boolean stay, boolean keep, boolean realPeers) {}
