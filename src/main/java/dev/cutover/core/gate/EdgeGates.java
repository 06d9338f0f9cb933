package dev.cutover.core.gate;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.OriginHealth;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.ServedName;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.image.EdgeAdvance;
import dev.cutover.core.image.ForeignEdit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The gates over the provider's edge, by the rules of {@link Gates}.
 *
 * @param gates with the evidence and its age
 */
public record EdgeGates(Gates gates) {
    /** So many answers must agree before a share of all counts as served: one may be luck. */
    public static final int LEAST_ASKED = 5;

    /** Whether the planned parts stand as expected. */
    public Judged unchanged(List<EdgeChange> changes, Function<EdgeChange, EdgePart> expected) {
        return gates.with(
                CheckName.EDGE_UNCHANGED,
                EvidenceKey.EDGE,
                Evidence.Edge.class,
                edge -> {
                    List<String> edits = new ArrayList<>();
                    for (EdgeChange change : changes) {
                        EdgeAdvance.differences(change, expected.apply(change), edge.view())
                                .stream()
                                .map(ForeignEdit::toString)
                                .forEach(edits::add);
                    }
                    return edits.isEmpty()
                            ? Judged.pass(
                                    CheckName.EDGE_UNCHANGED,
                                    edge.observedAt(),
                                    changes.size() + " planned parts stand as expected")
                            : Judged.fail(
                                    CheckName.EDGE_UNCHANGED,
                                    edge.observedAt(),
                                    edits.getFirst()
                                            + (edits.size() > 1
                                                    ? " and " + (edits.size() - 1) + " more"
                                                    : ""),
                                    edits);
                });
    }

    /** Whether every origin that is to get visitors is known to be healthy. */
    public Judged originsHealthy(List<EdgeChange> changes) {
        return gates.with(
                CheckName.ORIGINS_HEALTHY,
                EvidenceKey.EDGE,
                Evidence.Edge.class,
                edge -> {
                    List<String> sick = new ArrayList<>();
                    List<String> unknown = new ArrayList<>();
                    for (EdgeChange change : changes) {
                        for (PoolOrigin origin : change.gaining()) {
                            OriginHealth health =
                                    edge.view().healthOf(change.key().name(), origin.address());
                            String said =
                                    change.key()
                                            + " origin "
                                            + origin.name()
                                            + ": "
                                            + health.detail();
                            switch (health.state()) {
                                case HEALTHY -> {}
                                case SICK -> sick.add(said);
                                case UNKNOWN -> unknown.add(said);
                            }
                        }
                    }
                    if (!sick.isEmpty()) {
                        return Judged.fail(
                                CheckName.ORIGINS_HEALTHY,
                                edge.observedAt(),
                                "the provider sees " + sick.getFirst(),
                                sick);
                    }
                    return unknown.isEmpty()
                            ? Judged.pass(
                                    CheckName.ORIGINS_HEALTHY,
                                    edge.observedAt(),
                                    "the provider sees every next origin healthy")
                            : Judged.inconclusive(
                                    CheckName.ORIGINS_HEALTHY,
                                    Optional.of(edge.observedAt()),
                                    "no health is known of " + unknown.getFirst());
                });
    }

    /**
     * Whether the share of a step is served: some answers come from the next side, or all of them once it
     * has every visitor.
     */
    public Judged served(List<EdgeChange> changes, int step) {
        return gates.with(
                CheckName.SERVED,
                EvidenceKey.SERVED,
                Evidence.Served.class,
                served -> {
                    List<String> off = new ArrayList<>();
                    for (EdgeChange change : changes) {
                        for (DnsName name : change.names()) {
                            off(name, served, change.isWhole(step)).ifPresent(off::add);
                        }
                    }
                    return off.isEmpty()
                            ? Judged.pass(
                                    CheckName.SERVED,
                                    served.observedAt(),
                                    "the step's share is served from the next side")
                            : Judged.fail(
                                    CheckName.SERVED, served.observedAt(), off.getFirst(), off);
                });
    }

    private static Optional<String> off(DnsName name, Evidence.Served served, boolean whole) {
        List<ServedName> asked =
                served.names().stream().filter(n -> n.name().equals(name)).toList();
        long onNext = asked.stream().filter(ServedName::onNext).count();
        boolean enough = whole ? onNext == asked.size() : onNext > 0;
        if (enough && asked.size() >= LEAST_ASKED) {
            return Optional.empty();
        }
        return Optional.of(
                name
                        + ": expected "
                        + (whole ? "all" : "some")
                        + " of "
                        + Math.max(LEAST_ASKED, asked.size())
                        + " answers through the edge from the next side, seen "
                        + onNext
                        + asked.stream()
                                .map(ServedName::failure)
                                .filter(f -> !f.isEmpty())
                                .findFirst()
                                .map(f -> " (" + f + ")")
                                .orElse(""));
    }
}
