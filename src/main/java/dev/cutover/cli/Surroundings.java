package dev.cutover.cli;

import java.io.Console;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What a command finds around itself: passed in, so that a test can set it.
///
/// @param env the environment's variables
/// @param home the person's home folder
/// @param in what is typed
/// @param terminal whether a person watches standard output and can answer
public record Surroundings(Map<String, String> env, Path home, InputStream in, boolean terminal) {
    private static final int USUAL_WIDTH = 100;
    private static final int FEWEST_COLUMNS = 40;
    private static final int MOST_COLUMNS = 200;

    public Surroundings {
        env = Map.copyOf(env);
    }

    /// Those of this process.
    public static Surroundings ofProcess() {
        return new Surroundings(
                System.getenv(),
                Path.of(System.getProperty("user.home", ".")),
                System.in,
                isTerminal());
    }

    /// Until Java 21 there is a console only on a terminal; from 22 on it must be asked.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException java21) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /// A variable, absent when it is empty too.
    Optional<String> variable(String name) {
        return Optional.ofNullable(env.get(name)).map(String::strip).filter(v -> !v.isEmpty());
    }

    /// Where the controller keeps its local files: `CUTOVER_HOME`, or `.cutover` in the home
    /// folder.
    Path cutoverHome() {
        return variable("CUTOVER_HOME").map(Path::of).orElseGet(() -> home.resolve(".cutover"));
    }

    /// Whether colours and redrawing are wanted. Source: https://no-color.org, 2026-11.
    public boolean ansi() {
        return terminal
                && variable("NO_COLOR").isEmpty()
                && !variable("TERM").equals(Optional.of("dumb"));
    }

    /// How many columns a line may have, 40 to 200; 100 when nobody says.
    public int width() {
        String columns = variable("COLUMNS").orElse("");
        if (!columns.matches("[0-9]{1,4}")) {
            return USUAL_WIDTH;
        }
        return Math.clamp(Integer.parseInt(columns), FEWEST_COLUMNS, MOST_COLUMNS);
    }
}
