package dev.cutover.core.gate;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.timeline.TtlClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether no cache can still hold an answer with the old, long TTL. */
final class TtlGate {
    private TtlGate() {}

    static Judged judge(
            TtlClock.Reading reading,
            List<SetChange> changes,
            Duration negativeTtl,
            Instant leadOver,
            Instant now) {
        return switch (reading) {
            case TtlClock.Reading.Waits(var sets) ->
                    Judged.inconclusive(
                            CheckName.TTL_AGED,
                            Optional.empty(),
                            sets.size()
                                    + " sets are not yet served with the lowered TTL, first "
                                    + sets.getFirst());
            case TtlClock.Reading.Runs(var goneAt) -> {
                Instant ready = goneAt.isAfter(leadOver) ? goneAt : leadOver;
                yield now.isBefore(ready)
                        ? Judged.inconclusive(
                                CheckName.TTL_AGED,
                                Optional.of(now),
                                "old answers may live until "
                                        + goneAt
                                        + ", the lead ends at "
                                        + leadOver)
                        : Judged.pass(
                                CheckName.TTL_AGED,
                                now,
                                changes.isEmpty()
                                        ? "no planned record has answers to outlive"
                                        : "old answers are gone since "
                                                + goneAt
                                                + made(changes, negativeTtl));
            }
        };
    }

    /**
     * What no ageing cures: who asks for a new name before it is made may be told for a while that there is
     * none. Source: RFC 2308 section 5.
     */
    private static String made(List<SetChange> changes, Duration negativeTtl) {
        Set<DnsName> known =
                changes.stream()
                        .filter(c -> !c.before().isEmpty())
                        .map(SetChange::name)
                        .collect(Collectors.toSet());
        Set<DnsName> made =
                changes.stream()
                        .filter(c -> !c.next().isEmpty() && !known.contains(c.name()))
                        .map(SetChange::name)
                        .collect(Collectors.toCollection(TreeSet::new));
        return made.isEmpty()
                ? ""
                : "; made by this plan: "
                        + made
                        + ", who asked before may be told for "
                        + negativeTtl.toSeconds()
                        + " s after the switch that there is no such name";
    }
}
