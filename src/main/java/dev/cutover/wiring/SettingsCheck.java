package dev.cutover.wiring;

import dev.cutover.api.BadKeysFileException;
import dev.cutover.api.KeyFiles;
import dev.cutover.cli.GivenUpException;
import dev.cutover.net.Cidr;
import dev.cutover.net.Trust;
import dev.cutover.probe.ResolverList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks at every setting before anything starts, so that a mistake is one line that names the variable
 * and not a stack trace of whatever met it first.
 *
 * <p>A fault says which variable, what was expected, what was seen and what to do. Values that may be a
 * secret are not shown: addresses with a password in them, and what should have been a reference.
 */
final class SettingsCheck {
    private static final int WRONG_USE = 2;
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,9}");

    /** A bare number is seconds and {@code 48h} is hours, as the platform reads spans. */
    private static final Pattern SHORT_SPAN = Pattern.compile("[0-9]{1,9}(ms|[smhdSMHD])?");

    private static final Pattern HOURS = Pattern.compile("([0-9]{1,9})[hH]");
    private static final long FEWEST_DAYS_KEPT = 31;
    private static final String WEBHOOKS = "cutover.webhooks.";
    private static final Pattern RECEIVER = Pattern.compile("cutover\\.webhooks\\.(.*)\\.([^.]*)");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]{1,40}");
    private static final String LOG_ITSELF = "log";

    private final Function<String, Optional<String>> settings;
    private final Set<String> keys;
    private final List<String> faults = new ArrayList<>();

    /**
     * @param settings the value of a key
     * @param keys every key that was given, by system property or by environment variable
     */
    SettingsCheck(Function<String, Optional<String>> settings, Set<String> keys) {
        this.settings = settings;
        this.keys = Set.copyOf(keys);
    }

    /**
     * Checks what {@code serve} reads and makes the first API key, so that it lies there before the first
     * request.
     *
     * @throws GivenUpException with a line for each fault
     */
    static void serve() {
        SettingsCheck check = new SettingsCheck(Serve::early, Serve.given());
        check.all();
        check.end();
    }

    /**
     * What commands need that start no platform.
     *
     * @throws GivenUpException with a line for each fault
     */
    static Outside outside() {
        SettingsCheck check = new SettingsCheck(Serve::early, Serve.given());
        check.reachable();
        check.end();
        return Outside.early(Serve::early);
    }

    /** The faults found so far. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    private void end() {
        if (!faults.isEmpty()) {
            throw new GivenUpException(WRONG_USE, faults);
        }
    }

    /** Every setting, in the order of the README; keys last, because they may be written. */
    void all() {
        folder("cutover.home");
        store();
        folder("cutover.images.directory");
        url("cutover.images.url");
        credentials();
        url("cutover.engine.url");
        webhooks();
        resolvers();
        port("cutover.dns.authority-port", 1);
        number("cutover.dns.queries-per-second", "a number of questions", 1, 1_000);
        reachable();
        lead();
        kept();
        borrowedTime();
        listener();
        if (faults.isEmpty()) {
            keys();
        }
    }

    /** What decides where requests may go, and whom they believe. */
    private void reachable() {
        url("cutover.cloudflare.url");
        for (String name : words("cutover.secrets.allow")) {
            if (!VARIABLE.matcher(name).matches()) {
                fault(
                        "cutover.secrets.allow",
                        "names of environment variables separated by commas",
                        "'" + name + "'",
                        "separate them by commas");
            }
        }
        value("cutover.secrets.directory")
                .filter(v -> !Files.isDirectory(Path.of(v)))
                .ifPresent(
                        v ->
                                fault(
                                        "cutover.secrets.directory",
                                        "an existing folder",
                                        v + ", which is none",
                                        "make it or unset the variable"));
        for (String block : words("cutover.egress.allow")) {
            attempt("cutover.egress.allow", () -> Cidr.parse(block));
        }
        value("cutover.tls.trust-file")
                .ifPresent(
                        v ->
                                attempt(
                                        "cutover.tls.trust-file",
                                        () -> Trust.withExtra(Optional.of(Path.of(v)))));
    }

    private void store() {
        value("cutover.store.url")
                .filter(v -> !v.startsWith("jdbc:postgresql:"))
                .ifPresent(
                        v ->
                                fault(
                                        "cutover.store.url",
                                        "jdbc:postgresql://HOST:PORT/DATABASE",
                                        "something else (not shown: it may hold a password)",
                                        "correct it, or unset it for the embedded database"));
    }

    private void credentials() {
        value("cutover.images.credentials")
                .ifPresent(given -> reference("cutover.images.credentials", given));
    }

    private void reference(String key, String reference) {
        if (reference.startsWith("env:")
                && VARIABLE.matcher(reference.substring("env:".length())).matches()) {
            if (!words("cutover.secrets.allow").contains(reference.substring("env:".length()))) {
                fault(
                        key,
                        "a variable named in CUTOVER_SECRETS_ALLOW",
                        reference,
                        "add its name there");
            }
        } else if (reference.startsWith("file:") && reference.length() > "file:".length()) {
            if (value("cutover.secrets.directory").isEmpty()) {
                fault(
                        key,
                        "CUTOVER_SECRETS_DIRECTORY to hold that file",
                        "none",
                        "set it to the file's folder");
            }
        } else {
            fault(
                    key,
                    "env:NAME or file:/path",
                    reference.length()
                            + " characters of something else (not shown: it may be a secret)",
                    "put the secret into a variable or file and name that");
        }
    }

    /** Each receiver by its name: both of its settings, and nothing that only looks like one. */
    private void webhooks() {
        for (String key : new TreeSet<>(keys)) {
            Matcher receiver = RECEIVER.matcher(key);
            if (!receiver.matches()) {
                continue;
            }
            String name = receiver.group(1);
            String address = WEBHOOKS + name + ".url";
            String secrets = WEBHOOKS + name + ".secrets";
            if (!NAME.matcher(name).matches()) {
                fault(key, "a receiver's name of 1 to 40 letters and digits", name, "rename it");
            } else if (name.equals(LOG_ITSELF)) {
                fault(key, "another name than the log's own", name, "rename the receiver");
            } else if (!List.of("url", "secrets").contains(receiver.group(2))) {
                fault(key, variable(address) + " or " + variable(secrets), key, "correct it");
            } else if (value(address).isEmpty()) {
                fault(
                        address,
                        "the receiver's address, because its secrets are set",
                        "none",
                        "set it");
            } else if (words(secrets).isEmpty()) {
                fault(
                        secrets,
                        "a reference to its signing secret, because its address is set",
                        "none",
                        "set it to env:NAME or file:/path");
            } else if (key.equals(address)) {
                url(address);
            } else {
                words(secrets).forEach(reference -> reference(secrets, reference));
            }
        }
    }

    private void resolvers() {
        Optional<String> list = value("cutover.dns.resolvers");
        Path file = Path.of(list.orElse("/etc/resolv.conf"));
        try {
            if (list.isPresent()) {
                ResolverList.read(file);
            } else {
                SystemResolvers.read(file);
            }
        } catch (IOException e) {
            fault(
                    "cutover.dns.resolvers",
                    "a readable list of resolvers",
                    Files.exists(file) ? said(e) : file + ", which does not exist",
                    "name a file with lines of: id address[:port] \"operator\" country");
        } catch (ResolverList.InvalidException e) {
            said(e).lines()
                    .limit(3)
                    .forEach(line -> faults.add(variable("cutover.dns.resolvers") + ": " + line));
        }
    }

    private void lead() {
        value("cutover.policy.minimum-lead")
                .filter(v -> !isSpan(v))
                .ifPresent(
                        v ->
                                fault(
                                        "cutover.policy.minimum-lead",
                                        "a span of zero or more such as PT48H",
                                        "'" + v + "'",
                                        "correct it"));
    }

    /** A fallback side may be kept for 31 days, and a cutover be called back as long. */
    private void kept() {
        String key = "cutover.keep.measurements";
        value(key)
                .filter(v -> !isSpan(v) || !isDays(v, FEWEST_DAYS_KEPT))
                .ifPresent(
                        v ->
                                fault(
                                        key,
                                        "a span of at least P" + FEWEST_DAYS_KEPT + "D",
                                        "'" + v + "'",
                                        "correct it"));
    }

    private static boolean isDays(String span, long least) {
        try {
            return Duration.parse(span).toDays() >= least;
        } catch (DateTimeParseException e) {
            // Days as in P180D, the rest as the platform reads spans: 4320h.
            Matcher hours = HOURS.matcher(span);
            return hours.matches() && Long.parseLong(hours.group(1)) >= least * 24;
        }
    }

    private static boolean isSpan(String text) {
        if (SHORT_SPAN.matcher(text).matches()) {
            return true;
        }
        try {
            return !Duration.parse(text).isNegative();
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** Borrowed time is for the lab: every endpoint must be on this machine then. */
    private void borrowedTime() {
        url("cutover.clock.offset-url");
        if (value("cutover.clock.offset-url").isEmpty() || !faults.isEmpty()) {
            return;
        }
        Stream.of(
                        "cutover.clock.offset-url",
                        "cutover.cloudflare.url",
                        "cutover.engine.url",
                        "cutover.images.url")
                .filter(
                        key ->
                                value(key)
                                        .map(v -> !LoopbackOnly.holds(URI.create(v)))
                                        .orElse(false))
                .forEach(
                        key ->
                                fault(
                                        key,
                                        "an address on loopback while CUTOVER_CLOCK_OFFSET_URL is set,"
                                                + " which is for the lab",
                                        value(key).orElse(""),
                                        "unset the one or the other"));
    }

    private void listener() {
        String key = "quarkus.http.port";
        String host = value("quarkus.http.host").orElse("127.0.0.1");
        if (!port(key, 0)) {
            return;
        }
        InetSocketAddress address =
                new InetSocketAddress(host, Integer.parseInt(value(key).orElse("8080")));
        if (address.isUnresolved()) {
            fault(
                    "quarkus.http.host",
                    "an address of this machine",
                    "'" + host + "', which nobody knows",
                    "use 127.0.0.1, or 0.0.0.0 for every address");
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(address, 1);
        } catch (IOException e) {
            fault(
                    key,
                    "a port that can be listened at on " + host,
                    address.getPort() + " (" + said(e) + ")",
                    "end what listens there, or set QUARKUS_HTTP_PORT or QUARKUS_HTTP_HOST");
        }
    }

    private void keys() {
        Path home = value("cutover.home").map(Path::of).orElseGet(Serve::home);
        Path file = value("cutover.api.keys-file").map(Path::of).orElse(home.resolve("keys"));
        try {
            KeyFiles.ensure(file, home.resolve("key"));
            KeyFiles.load(file);
        } catch (BadKeysFileException | UncheckedIOException e) {
            faults.add(variable("cutover.api.keys-file") + ": " + said(e));
        }
    }

    private void folder(String key) {
        Optional<String> given = value(key);
        if (given.isEmpty()) {
            return;
        }
        Path nearest = Path.of(given.get()).toAbsolutePath();
        while (!Files.exists(nearest) && nearest.getParent() != null) {
            nearest = nearest.getParent();
        }
        if (!Files.isDirectory(nearest) || !Files.isWritable(nearest)) {
            fault(
                    key,
                    "a folder that can be written",
                    given.get()
                            + (Files.isDirectory(nearest)
                                    ? ", where nothing may be written"
                                    : ", where " + nearest + " is no folder"),
                    "name another one");
        }
    }

    private void url(String key) {
        Optional<String> given = value(key);
        if (given.isEmpty()) {
            return;
        }
        String wanted = "https://HOST or http://HOST";
        try {
            URI url = new URI(given.get());
            String authority = String.valueOf(url.getRawAuthority());
            if (authority.contains("@")) {
                fault(
                        key,
                        "an address without user and password",
                        "one with them (not shown)",
                        "remove them from the address");
            } else if (!List.of("http", "https").contains(String.valueOf(url.getScheme()))
                    || url.getHost() == null) {
                fault(key, wanted, shown(given.get()), "correct it");
            }
        } catch (URISyntaxException e) {
            fault(key, wanted, shown(given.get()), "correct it");
        }
    }

    private static String shown(String address) {
        return address.contains("@")
                ? "something else (not shown: it may hold a password)"
                : "'" + address + "'";
    }

    private boolean port(String key, int least) {
        return number(key, "a port", least, 65_535);
    }

    private boolean number(String key, String what, int least, int most) {
        Optional<String> given = value(key);
        boolean fine =
                given.map(
                                v ->
                                        WHOLE.matcher(v).matches()
                                                && Integer.parseInt(v) >= least
                                                && Integer.parseInt(v) <= most)
                        .orElse(true);
        if (!fine) {
            fault(
                    key,
                    what + " of " + least + " to " + most,
                    "'" + given.orElse("") + "'",
                    "correct it");
        }
        return fine;
    }

    private void attempt(String key, Runnable reading) {
        try {
            reading.run();
        } catch (IllegalArgumentException e) {
            faults.add(variable(key) + ": " + said(e) + "; correct it or unset it");
        }
    }

    private void fault(String key, String expected, String seen, String remedy) {
        faults.add(variable(key) + ": expected " + expected + ", seen " + seen + "; " + remedy);
    }

    private static String said(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** What the platform would compute from another setting is left to it. */
    private Optional<String> value(String key) {
        return settings.apply(key).map(String::strip).filter(v -> !v.contains("${"));
    }

    private List<String> words(String key) {
        return value(key).stream()
                .flatMap(v -> Stream.of(v.split(",", -1)))
                .map(String::strip)
                .filter(w -> !w.isEmpty())
                .toList();
    }

    /** The environment variable of a key. */
    static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
