package dev.cutover.sim;

import dev.cutover.core.dns.SetKey;
import dev.cutover.core.life.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What must happen within a time: a dead side is left, an edit is noticed, routing comes back.
final class Liveness {
    /// How long visitors may meet a dead next side before something was done or somebody was told.
    private static final Duration HARM_BOUND = Duration.ofMinutes(8);

    /// How long restoring routing may take while the provider answers most calls.
    private static final Duration BACK_BOUND = Duration.ofMinutes(12);

    /// How long a person's edit may stand before the run stops for it.
    private static final Duration NOTICE = Duration.ofMinutes(4);

    private final OwnValues ours;
    private @Nullable Instant harmSince;
    private @Nullable Instant wayBackSince;

    Liveness(OwnValues ours) {
        this.ours = ours;
    }

    /// What the oracle knows of the run.
    record Seen(
            Phase phase, Instant phaseSince, Instant lastUrgentAt, Map<SetKey, Instant> lastEdit) {}

    void tick(Seen seen, SimWorld world, Instant now) {
        editsAreNoticed(seen, world, now);
        comesBack(seen.phase(), world, now);
        boolean harmed = world.failingOnNext >= 0.5;
        if (!harmed) {
            harmSince = null;
            return;
        }
        harmSince = harmSince == null ? now : harmSince;
        boolean bad = harmSince.plus(HARM_BOUND).isBefore(now);
        if (!bad || seen.phase().isFinal()) {
            return;
        }
        boolean seenTo =
                seen.phase() instanceof Phase.Held
                        || seen.phase().isWayBack()
                        || !seen.lastUrgentAt().isBefore(harmSince);
        Oracle.must(
                seenTo,
                "healthy-side-or-told",
                "visitors meet a dead next side since " + harmSince + " in " + seen.phase().text());
    }

    /// With the provider answering, routing is back within minutes.
    private void comesBack(Phase phase, SimWorld world, Instant now) {
        boolean routing =
                phase instanceof Phase.NeedsOperator
                        || (phase instanceof Phase.FallingBack f
                                && f.stage() == Phase.Stage.ROUTING);
        if (!routing
                || !world.apiUp(now)
                || SimWorld.any(world.apiDenied, now)
                || wayBackSince == null) {
            wayBackSince = routing ? now : null;
            return;
        }
        Oracle.must(
                !wayBackSince.plus(BACK_BOUND).isBefore(now),
                "comes-back",
                "the provider answers since " + wayBackSince + ", still " + phase.text());
    }

    /// A person's value that stands on a planned set stops what goes forward.
    private void editsAreNoticed(Seen seen, SimWorld world, Instant now) {
        boolean forward =
                seen.phase() instanceof Phase.Promoting
                        || seen.phase() instanceof Phase.Switching
                        || seen.phase() instanceof Phase.Soaking;
        if (!forward || seen.lastEdit().isEmpty() || seen.phaseSince().plus(NOTICE).isAfter(now)) {
            return;
        }
        for (Map.Entry<SetKey, Instant> edit : seen.lastEdit().entrySet()) {
            boolean due = !edit.getValue().plus(NOTICE).isAfter(now);
            if (due && seen.lastUrgentAt().isBefore(edit.getValue())) {
                Oracle.must(
                        ours.areAllOurs(edit.getKey(), world.zone.set(edit.getKey())),
                        "edits-noticed",
                        edit.getKey() + " was edited at " + edit.getValue() + ", nobody was told");
            }
        }
    }
}
