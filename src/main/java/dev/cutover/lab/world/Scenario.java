package dev.cutover.lab.world;

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
        public void play(Stage stage, Oracle oracle) {}
    },

    ERRORS_AFTER_SWITCH(
            "the new origin answers 503 after the switch",
            "FellBack(fallback)",
            LabWorld.Side.STAGING) {
        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.awaitPhase("Soaking", is("Soaking"), TO_SOAKING);
            stage.say("the new origin breaks: every answer is 503");
            stage.world().origin(LabWorld.Side.NEXT).faults().failing(503, 1000, 1, 1);
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
            stage.world().origin(LabWorld.Side.NEXT).faults().robotsBlocked(true);
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
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.awaitPhase("Switching(1/2)", p -> p.startsWith("Switching(1"), TO_SOAKING);
            awaitOn(oracle, LabWorld.Side.NEXT, "beta");
            oracle.edit("www.acme.example", "A", r -> r.withComment("do not touch, says Ada"));
            oracle.edit("api.acme.example", "A", r -> r.withContent("127.77.20.99"));
            oracle.edit("host3.acme.example", "A", r -> r.withContent("127.77.20.98"));
            stage.say("somebody edits www (comment), api (content) and host3 (not planned)");
            stage.awaitPhase("Held", p -> p.startsWith("Held"), Duration.ofMinutes(1));
            stage.say("held for drift; on call falls back");
            stage.abort("the zone was edited meanwhile");
        }
    },

    FALLBACK_SICK(
            "the side to fall back to is sick when it is needed",
            "FellBack(fallback)",
            LabWorld.Side.STAGING) {
        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.awaitPhase("Soaking", is("Soaking"), TO_SOAKING);
            stage.say("staging breaks first");
            stage.world().origin(LabWorld.Side.STAGING).faults().failing(500, 1000, 1, 1);
            Thread.sleep(Duration.ofSeconds(12));
            stage.say("now the new origin breaks too");
            stage.world().origin(LabWorld.Side.NEXT).faults().failing(503, 1000, 1, 1);
            stage.awaitPage("FallbackSick", Duration.ofMinutes(2));
            stage.awaitPhase("Held", p -> p.startsWith("Held"), Duration.ofMinutes(1));
            Thread.sleep(Duration.ofSeconds(5));
            if (oracle.isOn(LabWorld.Side.STAGING, "www")) {
                throw new SceneFailedException("visitors were sent to a sick fallback side");
            }
            stage.say("staging is repaired");
            stage.world().origin(LabWorld.Side.STAGING).faults().none();
        }
    },

    API_DOWN_DURING_FALLBACK(
            "the provider's API is down when it is needed",
            "FellBack(fallback)",
            LabWorld.Side.STAGING) {
        @Override
        public void play(Stage stage, Oracle oracle) throws InterruptedException {
            stage.awaitPhase("Soaking", is("Soaking"), TO_SOAKING);
            stage.say("the provider's API goes down, and the new origin with it");
            stage.world().api().faults().unavailable(true);
            stage.world().origin(LabWorld.Side.NEXT).faults().failing(503, 1000, 1, 1);
            stage.awaitPage("CannotRestore", Duration.ofMinutes(2));
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
            stage.awaitPhase(
                    "Switching(1/2)", p -> p.startsWith("Switching(1"), Duration.ofMinutes(3));
            stage.say("kill -9 of the controller in the middle of the switch");
            stage.killController();
            Thread.sleep(Duration.ofSeconds(2));
            stage.startController();
        }
    };

    private static final Duration TO_SOAKING = Duration.ofMinutes(6);

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

    /** The fault the engine is started with. */
    public String engineFault() {
        return "none";
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
        for (int i = 0; i < 300; i++) {
            if (oracle.isOn(side, label)) {
                return;
            }
            Thread.sleep(Duration.ofMillis(100));
        }
        throw new SceneFailedException(label + " was never switched");
    }
}
