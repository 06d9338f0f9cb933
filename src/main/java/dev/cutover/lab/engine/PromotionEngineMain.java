package dev.cutover.lab.engine;

import dev.cutover.lab.CallTap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Starts the promotion engine as a process of its own.
 *
 * <pre>
 * --staging DIR      the source
 * --production DIR   the target; a link, or a folder that becomes one
 * --data DIR         where promotions and backups are remembered
 * --port N           0 or left out for any; give the old one after a restart
 * --delay-ms N       stretches each import to about this length
 * --fault WORD       none, fail, corrupt or hang
 *
 * LAB_ENGINE_CREDENTIAL   the bearer credential callers must show (required)
 * LAB_TAP_URL             where to tell of each call (optional)
 * </pre>
 *
 * <p>Prints one line {@code engine ready on http://127.78.0.1:PORT} and runs until it is killed. Wrong
 * use ends with code 2 and a line on standard error.
 */
public final class PromotionEngineMain {

    private PromotionEngineMain() {}

    /** Runs the engine; returns only when it could not be started. */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            var engine = start(arguments, System.getenv());
            System.out.println("engine ready on " + engine.endpoint());
            System.out.flush();
            Thread.currentThread().join();
        } catch (IllegalArgumentException e) {
            System.err.println("promotion engine: " + e.getMessage());
            System.exit(2);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("promotion engine: " + e);
            System.exit(3);
        }
    }

    static EngineApi start(String[] arguments, Map<String, String> environment) throws IOException {
        var options = options(arguments);
        var credential =
                Optional.ofNullable(environment.get("LAB_ENGINE_CREDENTIAL"))
                        .filter(value -> !value.isBlank())
                        .orElseThrow(() -> wrong("LAB_ENGINE_CREDENTIAL is not set"));
        var staging = folder(options, "--staging");
        if (!Files.isDirectory(staging)) {
            throw wrong("--staging: no such folder: " + staging);
        }
        var tap =
                Optional.ofNullable(environment.get("LAB_TAP_URL"))
                        .<CallTap>map(url -> new RemoteTap(URI.create(url)))
                        .orElse(CallTap.NONE);
        var promotions =
                new Promotions(
                        staging,
                        folder(options, "--production"),
                        folder(options, "--data"),
                        Duration.ofMillis(number(options, "--delay-ms", 600_000)),
                        fault(options.getOrDefault("--fault", "none")));
        return new EngineApi(promotions, credential, number(options, "--port", 65_535), tap);
    }

    private static Map<String, String> options(String[] arguments) {
        var known =
                Arrays.asList(
                        "--staging", "--production", "--data", "--port", "--delay-ms", "--fault");
        var options = new HashMap<String, String>();
        for (var i = 0; i < arguments.length; i += 2) {
            if (!known.contains(arguments[i]) || i + 1 == arguments.length) {
                throw wrong("expected pairs of " + known + ", got " + arguments[i]);
            }
            options.put(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private static Path folder(Map<String, String> options, String name) {
        var value = options.get(name);
        if (value == null) {
            throw wrong(name + " is missing");
        }
        return Path.of(value).toAbsolutePath().normalize();
    }

    private static int number(Map<String, String> options, String name, int most) {
        var text = options.getOrDefault(name, "0");
        try {
            var value = Integer.parseInt(text);
            if (value >= 0 && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, as for a number out of range.
        }
        throw wrong("%s: expected 0 to %d, got %s".formatted(name, most, text));
    }

    private static Promotions.Fault fault(String word) {
        for (var fault : Promotions.Fault.values()) {
            if (fault.name().toLowerCase(Locale.ROOT).equals(word)) {
                return fault;
            }
        }
        throw wrong("--fault: expected none, fail, corrupt or hang, got " + word);
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(text);
    }
}
