package dev.cutover.lab.world;

import java.time.Duration;
import java.util.function.Predicate;

/** What a scenario can see and do beside breaking the world: it watches the cutover and acts as its people. */
public interface Stage {
    /** The world it plays in. */
    LabWorld world();

    /** Says a line to whoever watches. */
    void say(String line);

    /**
     * Waits until the cutover is in a phase.
     *
     * @param wanted judges the phase as people read it, such as {@code Switching(1/2)}
     * @throws SceneFailedException when it ended otherwise or did not get there in time
     */
    void awaitPhase(String what, Predicate<String> wanted, Duration most)
            throws InterruptedException;

    /** Waits until people are paged with that code. */
    void awaitPage(String code, Duration most) throws InterruptedException;

    /**
     * Waits until a check's verdict is this one.
     *
     * @param check its name as people read it, such as {@code next-robots}
     * @param verdict such as {@code fail}
     */
    void awaitVerdict(String check, String verdict, Duration most) throws InterruptedException;

    /** The on-call person falls back. */
    void abort(String why);

    /** The on-call person lets it go on. */
    void resume();

    /** Ends the controller's process without warning (SIGKILL). */
    void killController();

    /** Starts the controller again on the same database. */
    void startController();

    /** Ends the engine's process without warning (SIGKILL). */
    void killEngine();

    /** Starts the engine again, with a fault of its own or {@code none}. */
    void startEngine(String fault);

    /** The cutover did not do what the scenario waits for. */
    final class SceneFailedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        public SceneFailedException(String message) {
            super(message);
        }
    }
}
