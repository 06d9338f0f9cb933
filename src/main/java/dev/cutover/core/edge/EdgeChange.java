package dev.cutover.core.edge;

import dev.cutover.core.dns.DnsName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One difference the plan makes at the edge: a part before, at each switching step that touches it, when
 * all is done, and on fallback. Every state is the read copy with our fields changed.
 *
 * <pre>
 *   before    as it was when the plan was made
 *   stages    what each switching step leads to, such as 10, 25, 50 and 100 percent
 *   settled   when the run has completed: the last stage, or before for what is only moved for a while
 *   fallback  where falling back goes; before stands there again when the way back is over
 * </pre>
 *
 * @param names whose visitors it routes, as the load balancers of a pool do; empty when it routes nobody
 */
public record EdgeChange(
        List<DnsName> names,
        EdgePart before,
        List<Stage> stages,
        EdgePart settled,
        EdgePart fallback) {
    /** The step of what is written together with the lowered TTLs. */
    public static final int PREPARED = 0;

    public EdgeChange {
        names = List.copyOf(names);
        stages = List.copyOf(stages);
    }

    /**
     * What one switching step leads to.
     *
     * @param step from 1, rising within a change; {@link #PREPARED} for what stands before any of them
     */
    public record Stage(int step, EdgePart target) {}

    /** Whether it decides where visitors go; what does not is put back only when the way back closes. */
    public boolean routes() {
        return !names.isEmpty();
    }

    public EdgeKey key() {
        return before.key();
    }

    /** What must stand there once that step is proven; before when no step up to it touches the part. */
    public EdgePart at(int step) {
        EdgePart found = before;
        for (Stage stage : stages) {
            if (stage.step() <= step) {
                found = stage.target();
            }
        }
        return found;
    }

    /** Whether that step touches the part. */
    public boolean movesAt(int step) {
        return stages.stream().anyMatch(s -> s.step() == step);
    }

    /** The origins that get visitors by this change, the one with most first; empty but for pools. */
    public List<PoolOrigin> gaining() {
        return moving(settled, before);
    }

    /** The origins that give visitors away by this change; empty but for pools. */
    public List<PoolOrigin> losing() {
        return moving(before, settled);
    }

    private static List<PoolOrigin> moving(EdgePart more, EdgePart less) {
        if (!(more instanceof EdgePart.Pool here) || !(less instanceof EdgePart.Pool there)) {
            return List.of();
        }
        return here.origins().stream()
                .filter(
                        o ->
                                there.origin(o.name())
                                        .map(x -> x.weightPercent() < o.weightPercent())
                                        .orElse(false))
                .sorted(Comparator.comparing(PoolOrigin::weightPercent).reversed())
                .toList();
    }

    /** Whether every visitor is where the change leads once that step is proven: a rule moves all at once. */
    public boolean isWhole(int step) {
        return switch (at(step)) {
            case EdgePart.OriginRule rule -> true;
            case EdgePart.Pool pool ->
                    pool.origins().stream()
                            .filter(o -> o.enabled() && o.weightPercent() > 0)
                            .allMatch(
                                    o ->
                                            gaining().stream()
                                                    .anyMatch(g -> g.name().equals(o.name())));
            case EdgePart.Rules rules -> false;
            case EdgePart.Setting setting -> false;
        };
    }

    /** Every state the plan speaks of. */
    public List<EdgePart> states() {
        List<EdgePart> states = new ArrayList<>();
        states.add(before);
        stages.forEach(s -> states.add(s.target()));
        states.add(settled);
        states.add(fallback);
        return states;
    }

    /** The fields the plan speaks of: those in which our states differ. */
    public SortedSet<EdgeField> planned() {
        SortedSet<EdgeField> planned = new TreeSet<>();
        for (EdgePart state : states()) {
            planned.addAll(new EdgeWrite(before, state).changed());
        }
        return planned;
    }

    /**
     * The fields a forward step insists on: in a pool every one, because the shares of all its origins
     * hang together; else the planned ones, because a phase holds other people's rules as well.
     */
    public SortedSet<EdgeField> watched(EdgePart seen) {
        SortedSet<EdgeField> watched = planned();
        if (before instanceof EdgePart.Pool) {
            watched.addAll(before.fields().keySet());
            watched.addAll(seen.fields().keySet());
        }
        return watched;
    }

    /**
     * What is ours after these steps: a value of a later step, or of the fallback while that is not
     * wanted, is a person's if it stands there.
     */
    public EdgeClaim written(Set<Integer> intendedSteps, boolean fallbackWanted) {
        List<EdgePart> ours = new ArrayList<>();
        ours.add(before);
        stages.stream()
                .filter(s -> intendedSteps.contains(s.step()))
                .forEach(s -> ours.add(s.target()));
        if (ours.size() > stages.size()) {
            ours.add(settled);
        }
        if (fallbackWanted) {
            ours.add(fallback);
        }
        return new EdgeClaim(this, ours);
    }

    /** What is ours at closing: whatever is not the last step's is somebody else's by now. */
    public EdgeClaim closing() {
        return new EdgeClaim(this, List.of(at(Integer.MAX_VALUE), settled));
    }
}
