package dev.cutover.net;

import dev.cutover.port.PortException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Resolves references to secrets when they are needed: {@code ${env:NAME}} for names on an
 * allow-list, {@code ${file:/path}} for files below one directory.
 *
 * <p>Plans hold references only, and plans come from people who may not read every secret of the
 * controller: hence the lists. A text that is no reference is never repeated in a message, because
 * it may be a secret somebody pasted. Safe for concurrent use; nothing is cached, so a rotated
 * secret is used at the next call.
 */
public final class Secrets {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^{}]{1,512})}");
    private static final int MOST_BYTES = 16_384;

    private final Set<String> allowedNames;
    private final Optional<Path> directory;
    private final UnaryOperator<@Nullable String> environment;

    /**
     * @param allowedNames environment variables a reference may name
     * @param directory where secret files may stand; empty for nowhere
     * @param environment reads a variable; null when it is not set
     */
    public Secrets(
            Set<String> allowedNames,
            Optional<Path> directory,
            UnaryOperator<@Nullable String> environment) {
        this.allowedNames = Set.copyOf(allowedNames);
        this.directory = directory;
        this.environment = environment;
    }

    /**
     * The secret a reference stands for.
     *
     * @throws PortException DENIED when the reference is malformed or not allowed, or the secret is
     *     missing, empty or unusable in a header; the message names the reference, never a value
     */
    public Secret resolve(String reference) {
        Matcher parts = REFERENCE.matcher(reference);
        if (!parts.matches()) {
            throw PortException.denied(
                    "expected a secret reference ${env:NAME} or ${file:/path}, seen "
                            + reference.length()
                            + " characters of something else (not shown: it may be a secret)");
        }
        String name = parts.group(2);
        String value =
                parts.group(1).equals("env")
                        ? fromEnvironment(reference, name)
                        : fromFile(reference, name);
        if (value.isEmpty()) {
            throw PortException.denied("secret " + reference + " is empty; nothing was sent");
        }
        // Control characters would end the header the secret is sent in.
        if (value.chars().anyMatch(c -> c < 0x21 || c > 0x7e)) {
            throw PortException.denied(
                    "secret "
                            + reference
                            + " holds blanks, control or non-ASCII characters and cannot be sent in"
                            + " a header");
        }
        return new Secret(value);
    }

    private String fromEnvironment(String reference, String name) {
        if (!allowedNames.contains(name)) {
            throw PortException.denied(
                    "secret "
                            + reference
                            + " is not on the allow-list; add its name to cutover.secrets.allow");
        }
        String value = environment.apply(name);
        if (value == null) {
            throw PortException.denied(
                    "secret "
                            + reference
                            + ": that environment variable is not set; set it where this process starts");
        }
        return value.strip();
    }

    private String fromFile(String reference, String name) {
        if (directory.isEmpty()) {
            throw PortException.denied(
                    "secret "
                            + reference
                            + ": files hold no secrets here; set cutover.secrets.directory");
        }
        try {
            // Real paths on both sides, so that neither .. nor a symbolic link leads out.
            Path home = directory.get().toRealPath();
            Path file = home.resolve(name).toRealPath();
            if (!file.startsWith(home) || !Files.isRegularFile(file)) {
                throw PortException.denied(
                        "secret "
                                + reference
                                + ": expected a file below "
                                + directory.get()
                                + ", seen none or one that leads out of it");
            }
            if (Files.size(file) > MOST_BYTES) {
                throw PortException.denied(
                        "secret "
                                + reference
                                + ": expected at most "
                                + MOST_BYTES
                                + " bytes, seen "
                                + Files.size(file));
            }
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (IOException | InvalidPathException e) {
            // The cause is left out: a decoder's message may quote what it read.
            throw PortException.denied(
                    "secret "
                            + reference
                            + " cannot be read from below "
                            + directory.get()
                            + " ("
                            + e.getClass().getSimpleName()
                            + ")");
        }
    }
}
