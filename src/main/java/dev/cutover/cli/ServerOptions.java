package dev.cutover.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which controller is asked, and with which key.
final class ServerOptions {
    private static final String DEFAULT_SERVER = "http://127.0.0.1:8080";
    private static final int MOST_KEY_BYTES = 1_000;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "The controller (default: CUTOVER_SERVER, or " + DEFAULT_SERVER + ").")
    private @Nullable String server;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description =
                    "The file that holds the key (default: CUTOVER_KEY itself, or the file key in"
                            + " CUTOVER_HOME or ~/.cutover).")
    private @Nullable Path keyFile;

    /// @throws GivenUpException with exit code 2 when address or key cannot be used
    ApiClient connect(Surroundings around) {
        URI address = address(around);
        return new ApiClient(address, key(around));
    }

    private URI address(Surroundings around) {
        String text =
                server != null ? server : around.variable("CUTOVER_SERVER").orElse(DEFAULT_SERVER);
        try {
            URI uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (uri.getHost() == null || uri.getUserInfo() != null || uri.getQuery() != null) {
                throw wrongServer(text, "expected an address such as " + DEFAULT_SERVER);
            }
            if (scheme.equals("https") || (scheme.equals("http") && isLoopback(uri.getHost()))) {
                return uri;
            }
            throw wrongServer(
                    text,
                    "expected https, or http to this very machine: a key must not cross a network"
                            + " in the open");
        } catch (URISyntaxException e) {
            throw wrongServer(text, "expected an address such as " + DEFAULT_SERVER);
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("[::1]")
                || host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");
    }

    private static GivenUpException wrongServer(String seen, String expected) {
        return GivenUpException.wrongUse(
                List.of("the controller's address: " + expected + "; seen '" + seen + "'"));
    }

    /// No key is no error here: the controller says what it wants.
    private Optional<String> key(Surroundings around) {
        if (keyFile != null) {
            return Optional.of(read(keyFile));
        }
        Optional<String> given = around.variable("CUTOVER_KEY");
        if (given.isPresent()) {
            return given.map(k -> checked(k, "CUTOVER_KEY"));
        }
        Path local = around.cutoverHome().resolve("key");
        return Files.isReadable(local) ? Optional.of(read(local)) : Optional.empty();
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > MOST_KEY_BYTES) {
                throw GivenUpException.wrongUse(
                        List.of(
                                "key file "
                                        + file
                                        + ": expected one key of at most "
                                        + MOST_KEY_BYTES
                                        + " bytes, seen "
                                        + Files.size(file)));
            }
            return checked(Files.readString(file).strip(), "key file " + file);
        } catch (IOException e) {
            throw GivenUpException.wrongUse(
                    List.of("key file " + file + " cannot be read (" + e + ")"));
        }
    }

    /// A key with a line break in it would become a header of its own. The key itself is not shown.
    private static String checked(String key, String where) {
        if (!key.matches("[\\x21-\\x7e]{1,1000}")) {
            throw GivenUpException.wrongUse(
                    List.of(
                            where
                                    + ": expected one key of visible ASCII characters, seen "
                                    + key.length()
                                    + " characters with others among them"));
        }
        return key;
    }
}
