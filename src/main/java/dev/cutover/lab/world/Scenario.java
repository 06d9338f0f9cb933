package dev.cutover.lab.world;

import dev.cutover.lab.cloudflare.CloudflareApi;
import dev.cutover.lab.dns.Behaviour;
import dev.cutover.lab.dns.CachingResolver;
import dev.cutover.lab.dns.ResolverFleet;
import dev.cutover.lab.world.Stage.SceneFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What goes wrong in the lab, when, and how the run must end then. */
public enum Scenario {
    HAPPY("everything goes well", "Completed", LabWorld.Side.NEXT) {
        @Override
        public void prepare(LabWorld world) {
            world.zone().set(EdgeTale.SHIELD, "on");
        }

        @Override
        public DemoPlan plan(DemoPlan plan) {
            return plan.caringForTheEdge();
        }

        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            EdgeTale edge = new EdgeTale(stage.world().zone(), stage::say);
            stage.awaitPhase(
                    ending(),
                    phase -> {
                        edge.goOn();
                        return phase.equals(ending());
                    },
                    TO_THE_END);
        }

        @Override
        public List<String> wrongWith(String phase, Oracle oracle) {
            List<String> wrong = super.wrongWith(phase, oracle);
            wrong.addAll(oracle.leftAtTheEdge());
            return wrong;
        }
    },

    ERRORS_AFTER_SWITCH(
            "the new origin answers 503 after the switch",
            "FellBack(fallback)",
            LabWorld.Side.STAGING) {
        @Override
        public DemoPlan plan(DemoPlan plan) {
            return plan.soakingAtLeast(NEVER_OVER);
        }

        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.awaitPhase("Soaking", is("Soaking"), TO_SOAKING);
            stage.say("the new origin breaks: every answer is 503");
            stage.world().server(LabWorld.Side.NEXT).failing(503);
        }
    },

    IMPORT_FAILS(
            "the engine cannot import the content", "FellBack(current)", LabWorld.Side.CURRENT) {
        @Override
        public String engineFault() {
            return "fail";
        }

        @Override
        public void play(Stage stage, Oracle oracle) {}
    },

    ROBOTS_BLOCKED(
            "robots.txt on the new side shuts crawlers out", "Cancelled", LabWorld.Side.CURRENT) {
        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.world().server(LabWorld.Side.NEXT).robotsBlocked(true);
            stage.awaitPage("GatesClosed", TO_SOAKING);
            stage.say("on call sees that robots.txt blocks crawlers and calls it off");
            stage.abort("robots.txt on the new side blocks crawlers");
        }
    },

    ZONE_EDITED_MEANWHILE(
            "somebody edits planned records in the middle of the run",
            "FellBack(fallback)",
            LabWorld.Side.STAGING) {
        @Override
        public DemoPlan plan(DemoPlan plan) {
            // The edit is to be found in this step, however long it takes to make it.
            return new DemoPlan(Duration.ofMinutes(1), plan.soak(), plan.patience());
        }

        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.awaitPhase("Switching(1/2)", p -> p.startsWith("Switching(1"), TO_SOAKING);
            awaitOn(oracle, LabWorld.Side.NEXT, "beta");
            oracle.edit("www.acme.example", "A", r -> r.withComment("do not touch, says Ada"));
            oracle.edit("api.acme.example", "A", r -> r.withContent("127.77.20.99"));
            oracle.edit("host3.acme.example", "A", r -> r.withContent("127.77.20.98"));
            stage.say("somebody edits www (comment), api (content) and host3 (not planned)");
            stage.awaitPhase("Held", p -> p.startsWith("Held"), TO_BE_SEEN);
            stage.say("held for drift; on call falls back");
            stage.abort("the zone was edited meanwhile");
        }
    },

    FALLBACK_SICK(
            "the side to fall back to is sick when it is needed",
            "FellBack(fallback)",
            LabWorld.Side.STAGING) {
        @Override
        public DemoPlan plan(DemoPlan plan) {
            return plan.soakingAtLeast(NEVER_OVER);
        }

        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.awaitPhase("Soaking", is("Soaking"), TO_SOAKING);
            stage.say("staging breaks first");
            stage.world().server(LabWorld.Side.STAGING).failing(500);
            stage.awaitVerdict("fallback-healthy", "fail", TO_BE_SEEN);
            stage.say("now the new origin breaks too");
            stage.world().server(LabWorld.Side.NEXT).failing(503);
            stage.awaitPage("FallbackSick", TO_BE_SEEN);
            stage.awaitPhase("Held", p -> p.startsWith("Held"), TO_BE_SEEN);
            Thread.sleep(Duration.ofSeconds(5));
            if (oracle.isOn(LabWorld.Side.STAGING, "www")) {
                throw new SceneFailedException("visitors were sent to a sick fallback side");
            }
            stage.say("staging is repaired");
            stage.world().server(LabWorld.Side.STAGING).repair();
        }
    },

    API_DOWN_DURING_FALLBACK(
            "the provider's API is down when it is needed",
            "FellBack(fallback)",
            LabWorld.Side.STAGING) {
        @Override
        public DemoPlan plan(DemoPlan plan) {
            return plan.soakingAtLeast(NEVER_OVER);
        }

        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.awaitPhase("Soaking", is("Soaking"), TO_SOAKING);
            stage.say("the provider's API goes down, and the new origin with it");
            stage.world().api().faults().unavailable(true);
            stage.world().server(LabWorld.Side.NEXT).failing(503);
            stage.awaitPage("CannotRestore", TO_BE_SEEN);
            stage.say("people got the manual steps; the API comes back");
            stage.world().api().faults().unavailable(false);
        }
    },

    CONTROLLER_KILLED(
            "the controller and the engine are killed in the middle",
            "Completed",
            LabWorld.Side.NEXT) {
        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.awaitPhase("Promoting", is("Promoting"), TO_SOAKING);
            Thread.sleep(Duration.ofSeconds(1));
            stage.say("kill -9 of the engine in the middle of the import");
            stage.killEngine();
            Thread.sleep(Duration.ofSeconds(2));
            stage.startEngine("none");
            stage.awaitPhase("Switching", p -> p.startsWith("Switching("), TO_BE_SEEN);
            stage.say("kill -9 of the controller in the middle of the switch");
            stage.killController();
            Thread.sleep(Duration.ofSeconds(2));
            stage.startController();
        }
    },

    SLOW_RESOLVERS(
            "resolvers become slow in the middle of the switch", "Completed", LabWorld.Side.NEXT) {
        @Override
        public DemoPlan plan(DemoPlan plan) {
            // Slow for as long as patience lasts must happen while a step is still watched.
            Duration patience = Duration.ofSeconds(20);
            return new DemoPlan(Duration.ofSeconds(50), plan.soak(), patience);
        }

        @Override
        public boolean needsBuiltInResolvers() {
            return true;
        }

        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.awaitPhase("Switching(1/2)", p -> p.startsWith("Switching(1"), TO_SOAKING);
            awaitOn(oracle, LabWorld.Side.NEXT, "beta");
            stage.say("resolvers take 0.8 s for an answer");
            ResolverFleet fleet = stage.world().resolvers();
            List<CachingResolver> slowed =
                    fleet.resolvers().stream()
                            .filter(r -> r.behaviour() instanceof Behaviour.Honest)
                            .toList();
            slowed.forEach(r -> r.behave(new Behaviour.Slow(Duration.ofMillis(800))));
            stage.awaitPhase(
                    "Held for ResolverLatency",
                    p -> p.startsWith("Held") && p.contains("ResolverLatency"),
                    TO_BE_SEEN);
            Thread.sleep(Duration.ofSeconds(5));
            if (!oracle.isOn(LabWorld.Side.NEXT, "beta")
                    || !oracle.isOn(LabWorld.Side.CURRENT, "www")) {
                throw new SceneFailedException("records were changed because resolvers are slow");
            }
            stage.say("held, nothing was taken back; resolvers recover");
            slowed.forEach(r -> r.behave(new Behaviour.Honest()));
            stage.awaitVerdict("resolver-latency", "pass", TO_BE_SEEN);
            stage.say("on call lets it go on");
            stage.resume();
        }
    },

    NOINDEX_LEFT(
            "the new side tells search engines to forget every page",
            "Completed",
            LabWorld.Side.NEXT) {
        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.world().server(LabWorld.Side.NEXT).noindex(true);
            stage.awaitVerdict("next-robots", "fail", TO_BE_SEEN);
            stage.say("a gate sees noindex two days ahead; nobody looks");
            stage.awaitPage("GatesClosed", TO_SOAKING);
            stage.say("the window is open, the gate is not; somebody takes the header away");
            stage.awaitPhase("AwaitingGo", is("AwaitingGo"), TO_BE_SEEN);
            List<String> wrong = oracle.routedTo(LabWorld.Side.NEXT);
            if (!wrong.isEmpty()) {
                throw new SceneFailedException("switched although noindex was left: " + wrong);
            }
            stage.world().server(LabWorld.Side.NEXT).noindex(false);
        }
    },

    IMPORT_CORRUPTS(
            "the engine says done, but one file is damaged",
            "FellBack(current)",
            LabWorld.Side.CURRENT) {
        @Override
        public String engineFault() {
            return "corrupt";
        }

        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.awaitPhase(
                    "FellBack(current)",
                    phase -> {
                        List<String> routed = oracle.routedTo(LabWorld.Side.NEXT);
                        if (!routed.isEmpty()) {
                            throw new SceneFailedException(
                                    "switched to damaged content: " + routed);
                        }
                        return phase.equals("FellBack(current)");
                    },
                    TO_SOAKING);
            List<String> changed = oracle.contentChanged(LabWorld.Side.NEXT);
            if (!changed.isEmpty()) {
                throw new SceneFailedException(
                        "the content before the import is not back: " + changed);
            }
        }
    },

    API_429(
            "the provider answers 429 again and again, and has few calls left for falling back",
            "FellBack(fallback)",
            LabWorld.Side.STAGING) {
        @Override
        public DemoPlan plan(DemoPlan plan) {
            return plan.soakingAtLeast(NEVER_OVER);
        }

        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            CloudflareApi api = stage.world().api();
            stage.awaitPhase("Promoting", is("Promoting"), TO_SOAKING);
            int before = api.calls().size();
            stage.say("the provider answers every call 429, retry-after 4 s");
            api.faults().respond429For(1_000, Optional.of(RETRY_AFTER));
            stage.awaitPhase("Switching(1/2)", p -> p.startsWith("Switching(1"), TO_BE_SEEN);
            Thread.sleep(RETRY_AFTER.multipliedBy(3));
            if (!oracle.routedTo(LabWorld.Side.NEXT).isEmpty()) {
                throw new SceneFailedException("records changed while every call was refused");
            }
            stage.say("calls are taken again");
            api.faults().respond429For(0, Optional.empty());
            stage.awaitPhase("Switching(2/2)", p -> p.startsWith("Switching(2"), TO_BE_SEEN);
            stage.say("and three more are not");
            api.faults().respond429For(3, Optional.of(RETRY_AFTER));
            stage.awaitPhase("Soaking", is("Soaking"), TO_BE_SEEN);
            List<CloudflareApi.Seen> calls = api.calls();
            List<String> wrong =
                    Restraint.wrongWith(calls.subList(before, calls.size()), RETRY_AFTER, 2);
            if (!wrong.isEmpty()) {
                throw new SceneFailedException(String.join("; ", wrong));
            }
            stage.say("somebody in the dashboard leaves 50 calls, and the new origin breaks");
            api.leaveToDashboard(CALLS_LEFT, CALLS_SCARCE);
            stage.world().server(LabWorld.Side.NEXT).failing(503);
            stage.awaitPhase(
                    "routing on the fallback side",
                    phase -> oracle.routedTo(LabWorld.Side.NEXT).isEmpty(),
                    CALLS_SCARCE);
            int left = api.callsLeft();
            stage.say(left + " calls are left, and visitors are on the fallback side");
            if (left >= CALLS_LEFT) {
                throw new SceneFailedException(
                        "expected that it came out of the last " + CALLS_LEFT + " calls");
            }
        }
    };

    private static final Duration RETRY_AFTER = Duration.ofSeconds(4);

    /** Fewer than what is kept for the way back: no other work may ask. */
    private static final int CALLS_LEFT = 50;

    private static final Duration CALLS_SCARCE = Duration.ofMinutes(2);

    private static final Duration TO_THE_END = Duration.ofMinutes(15);

    private static final Duration TO_SOAKING = Duration.ofMinutes(6);

    /** What a busy machine may need for what a quiet one shows in seconds. */
    private static final Duration TO_BE_SEEN = Duration.ofMinutes(4);

    /**
     * A soak that is cut short by what breaks in it. Own probes resolve as visitors do: one shorter than the
     * lowered TTL might be over before the caches they ask have let go of the old side.
     */
    private static final Duration NEVER_OVER = Duration.ofMinutes(10);

    private final String story;
    private final String ending;
    private final LabWorld.Side side;

    Scenario(String story, String ending, LabWorld.Side side) {
        this.story = story;
        this.ending = ending;
        this.side = side;
    }

    /** Breaks the world at the right moments; returns when there is nothing left to break. */
    public abstract void play(Stage stage, Oracle oracle) throws InterruptedException;

    /** Makes the world as the scenario finds it, before anybody plans anything. */
    public void prepare(LabWorld world) {}

    /** The fault the engine is started with. */
    public String engineFault() {
        return "none";
    }

    /** The demo's plan as this scenario needs it. */
    public DemoPlan plan(DemoPlan plan) {
        return plan;
    }

    /** Whether it can only be played with the lab's own resolvers. */
    public boolean needsBuiltInResolvers() {
        return false;
    }

    /** The name on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What happens, in a few words. */
    public String story() {
        return story;
    }

    /** The phase the run must end in. */
    public String ending() {
        return ending;
    }

    /** Where visitors must be then. */
    public LabWorld.Side side() {
        return side;
    }

    /** The scenario of that name. */
    public static Optional<Scenario> named(String word) {
        return Arrays.stream(values()).filter(s -> s.word().equals(word)).findFirst();
    }

    /** All names, for messages. */
    public static String words() {
        return Arrays.stream(values()).map(Scenario::word).collect(Collectors.joining(", "));
    }

    /** What is wrong with how the run ended; empty when it ended as its name says. */
    public List<String> wrongWith(String phase, Oracle oracle) {
        List<String> wrong = new ArrayList<>();
        if (!phase.equals(ending)) {
            wrong.add("expected it to end " + ending + ", seen " + phase);
        }
        wrong.addAll(oracle.wrongWith(side));
        return wrong;
    }

    private static Predicate<String> is(String phase) {
        return phase::equals;
    }

    private static void awaitOn(Oracle oracle, LabWorld.Side side, String label)
            throws InterruptedException {
        long until = System.nanoTime() + TO_BE_SEEN.toNanos();
        while (System.nanoTime() - until < 0) {
            if (oracle.isOn(side, label)) {
                return;
            }
            Thread.sleep(Duration.ofMillis(100));
        }
        throw new SceneFailedException(label + " was never switched");
    }
}
