package dev.cutover.cli;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Ends this process when the demo that started it is gone, also when that was killed without warning: the
 * demo holds the other end of standard input, and the system closes it with the demo.
 *
 * <p>Held only where the demo says so by {@link #PROPERTY}: a controller of an operator must not end
 * because its standard input does.
 */
public final class LifeLine {
    /** The system property by which the demo tells a child to hold on to it. */
    public static final String PROPERTY = "dev.cutover.life-line";

    /** What an orderly end may take before it is forced. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** As after SIGTERM. */
    private static final int ENDED = 143;

    private LifeLine() {}

    /** Holds on from now, if the demo said so. */
    public static void hold() {
        if (Boolean.getBoolean(PROPERTY)) {
            background("life-line", () -> endWith(System.in));
        }
    }

    private static void endWith(InputStream line) {
        try {
            while (line.read() >= 0) {
                // Nothing is ever said on it.
            }
        } catch (IOException e) {
            // Gone as well.
        }
        background("life-line-cut", LifeLine::force);
        System.exit(ENDED);
    }

    private static void force() {
        try {
            Thread.sleep(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(ENDED);
    }

    private static void background(String name, Runnable work) {
        Thread.ofPlatform().daemon().name(name).start(work);
    }
}
