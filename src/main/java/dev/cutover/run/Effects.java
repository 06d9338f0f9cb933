package dev.cutover.run;

import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.image.Advance;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.CachePurge;
import dev.cutover.core.image.EdgeAdvance;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.life.Action;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Purging;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.port.Call;
import dev.cutover.port.ImageStore;
import dev.cutover.port.PortException;
import dev.cutover.port.PromotionEngine;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Carries out actions and looks at actions of which we lost track.
 *
 * <p>Every effect is safe to start again: zone writes compare first, engines know a promotion by its id,
 * purges and images may be repeated. Blocking; throws {@link PortException} only for what was not answered.
 */
final class Effects {
    private final World world;
    private final InstantSource clock;

    Effects(World world, InstantSource clock) {
        this.world = world;
        this.clock = clock;
    }

    /** Does the work, or begins it when it is long. */
    Progress start(Cutover c, Action action, Call call) {
        return switch (action.spec()) {
            case ActionSpec.TakeBeforeImage s -> new Progress.Over(takeBeforeImage(c, call));
            case ActionSpec.LowerTtls s -> new Progress.Over(new Routing(world, c).lower(call));
            case ActionSpec.SwitchStep s ->
                    new Progress.Over(new Routing(world, c).advance(s, call));
            case ActionSpec.RestoreRouting s ->
                    new Progress.Over(new Routing(world, c).restore(call));
            case ActionSpec.SettleTtls s ->
                    new Progress.Over(new Routing(world, c).settle(s.side(), call));
            case ActionSpec.Purge s -> new Progress.Over(purge(c, 1, call));
            case ActionSpec.PurgeMore s -> new Progress.Over(purge(c, s.portion(), call));
            case ActionSpec.Promote s -> {
                engine(c).start(promotionId(c), promotion(c), call);
                yield new Progress.Running("the engine was asked");
            }
            case ActionSpec.VerifyPromotion s ->
                    new Progress.Over(
                            new Ending.EngineDone(
                                    engine(c).verify(promotionId(c), promotion(c), call)));
            case ActionSpec.UndoPromotion s ->
                    new Progress.Over(
                            new Ending.EngineDone(
                                    engine(c).rollBack(promotionId(c), promotion(c), call)));
        };
    }

    /** Looks at what became of an action whose outcome is not known here. */
    Progress look(Cutover c, Action action, Call call) {
        return switch (action.spec()) {
            case ActionSpec.LowerTtls s -> new Routing(world, c).lookAtLowered(call);
            case ActionSpec.SwitchStep s -> new Routing(world, c).look(s, call);
            case ActionSpec.Promote s -> lookAtPromotion(c, call);
            case ActionSpec.TakeBeforeImage s -> new Progress.NotFound();
            case ActionSpec.RestoreRouting s -> new Progress.NotFound();
            case ActionSpec.SettleTtls s -> new Progress.NotFound();
            case ActionSpec.Purge s -> new Progress.NotFound();
            case ActionSpec.PurgeMore s -> new Progress.NotFound();
            case ActionSpec.VerifyPromotion s -> new Progress.NotFound();
            case ActionSpec.UndoPromotion s -> new Progress.NotFound();
        };
    }

    private Ending takeBeforeImage(Cutover c, Call call) {
        if (world.images().size() < 2) {
            throw PortException.lasting(
                    "before-images must be kept in two places, "
                            + world.images().size()
                            + " configured; set cutover.images.directory and cutover.images.url");
        }
        List<ForeignEdit> drift = new ArrayList<>();
        var view = world.zone(c.plan().zone()).read(c.plan().zone(), call);
        for (SetChange change : c.changes()) {
            drift.addAll(Advance.differences(change.before(), view.set(change.key())));
        }
        EdgeView edge =
                world.readEdge(c.plan().zone(), c.plan().edgeKeys(), call, view.observedAt());
        for (EdgeChange change : c.edge()) {
            drift.addAll(EdgeAdvance.differences(change, change.before(), edge));
        }
        if (!drift.isEmpty()) {
            return new Ending.Drifted(drift);
        }
        Plan.ZoneRef ref = c.plan().zone();
        BeforeImage image =
                new BeforeImage(
                        c.id().value(),
                        ref.provider(),
                        ref.name(),
                        ref.server(),
                        ref.token(),
                        clock.instant(),
                        c.changes(),
                        c.edge(),
                        Optional.of(
                                new CachePurge(
                                        Purging.portions(c),
                                        c.plan().edge().pause(),
                                        c.plan().site(),
                                        CacheLooks.few(c.plan().checks().landingPages()))));
        List<String> places = new ArrayList<>();
        for (ImageStore store : world.images()) {
            String place = store.keep(image, call);
            if (!store.read(place, call).equals(image)) {
                return new Ending.Failed(
                        Ending.Failure.PERMANENT,
                        "the before-image read back from "
                                + place
                                + " differs from what was kept there");
            }
            places.add(place);
        }
        return new Ending.ImageTaken(image, places);
    }

    private Ending purge(Cutover c, int portion, Call call) {
        List<PurgePortion> portions = Purging.portions(c);
        if (portion > portions.size()) {
            return new Ending.Purged(0);
        }
        Call one =
                new Call(
                        call.cutover(),
                        call.purpose(),
                        call.deadline().within(ZoneEffect.WRITE_LIMIT),
                        call.fence());
        world.edge().purge(c.plan().zone(), portions.get(portion - 1), one);
        return new Ending.Purged(1);
    }

    private Progress lookAtPromotion(Cutover c, Call call) {
        return switch (engine(c).look(promotionId(c), promotion(c), call)) {
            case PromotionEngine.State.NotFound n -> new Progress.NotFound();
            case PromotionEngine.State.Running r -> new Progress.Running(r.progress());
            case PromotionEngine.State.Done d ->
                    new Progress.Over(new Ending.EngineDone(Map.copyOf(d.evidence())));
            case PromotionEngine.State.Failed f ->
                    new Progress.Over(
                            new Ending.Failed(
                                    Ending.Failure.PERMANENT, "the engine says: " + f.reason()));
        };
    }

    private PromotionEngine engine(Cutover c) {
        return world.engine(promotion(c));
    }

    private static Plan.PromotionPlan promotion(Cutover c) {
        return c.plan()
                .promotion()
                .orElseThrow(
                        () ->
                                PortException.lasting(
                                        c.id()
                                                + ": expected a promotion in its plan, seen none; nothing was asked"));
    }

    /** One id for all attempts, so that a second attempt joins the first. */
    private static String promotionId(Cutover c) {
        return c.id() + "-promotion";
    }
}
