package dev.cutover.wiring;

import dev.cutover.api.BadKeysFileException;
import io.smallrye.config.ConfigValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells a mistake in the settings from one of ours when the platform did not start: what
 * {@link SettingsCheck} cannot see, because the platform alone reads it or computes it.
 */
final class StartMistakes {
    private static final Pattern PROPERTY =
            Pattern.compile("config property (\\S+) (with the config value|is required|defined)");

    private StartMistakes() {}

    /** A line for each mistake in the settings, without values; empty when the mistake is another one. */
    static List<String> inSettings(Throwable root) {
        if (root instanceof ConfigValidationException config) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < config.getProblemCount(); i++) {
                lines.add(line(String.valueOf(config.getProblem(i).getMessage())));
            }
            return lines;
        }
        boolean refused =
                root instanceof BadKeysFileException
                        || (root instanceof IllegalArgumentException
                                && isThrownIn(root, "dev.cutover."))
                        || (root instanceof IllegalStateException
                                && isThrownIn(root, StartMistakes.class.getPackageName() + "."));
        return refused ? List.of(String.valueOf(root.getMessage())) : List.of();
    }

    /** The platform's message may hold the value, which may be a secret: only its key is repeated. */
    private static String line(String message) {
        Matcher property = PROPERTY.matcher(message);
        if (!property.find()) {
            return message.lines().findFirst().orElse("a setting cannot be used");
        }
        String key = property.group(1);
        return SettingsCheck.variable(key)
                + (property.group(2).startsWith("is")
                        ? ": expected a value, seen none; set it"
                        : ": expected a value of another kind, seen one that cannot be read (not"
                                + " shown: it may be a secret); correct it or unset it");
    }

    /** What our own code refuses while the platform starts is a setting: nothing else was given to it yet. */
    private static boolean isThrownIn(Throwable root, String packages) {
        StackTraceElement[] trace = root.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().startsWith(packages);
    }
}
