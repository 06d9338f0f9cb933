package dev.cutover.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Who may call, by the digests of their keys; the keys themselves are kept nowhere.
///
/// One line for each key; `#` begins a comment:
/// ```
/// alice operator,approver 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
/// ```
/// A key is 32 random octets, so a plain SHA-256 of it cannot be guessed back; no salt or
/// stretching is needed.
public final class ApiKeys {
    /// The most lines a file may hold.
    public static final int MOST_KEYS = 1_000;

    /// The most characters a file may hold.
    public static final int MOST_CHARACTERS = 256 * 1024;

    private static final int KEY_OCTETS = 32;
    private static final String PREFIX = "cutover_";

    private final Supplier<List<Holder>> holders;

    private ApiKeys(Supplier<List<Holder>> holders) {
        this.holders = holders;
    }

    /// Keys that change: each call is judged by those that stand now, so that a line taken out of
    /// the keys file ends what its key may do.
    ///
    /// @param now the keys as they stand; asked at each use, by any thread
    public static ApiKeys following(Supplier<ApiKeys> now) {
        return new ApiKeys(() -> now.get().holders.get());
    }

    /// Who shows a key.
    ///
    /// @param name goes to the journal as who asked; 1 to 40 of `a-z 0-9 . _ -`
    public record Caller(String name, Set<Role> roles) {
        public Caller {
            roles = Set.copyOf(roles);
        }

        /// Whether this caller may do what needs a role; everybody may look.
        public boolean may(Role role) {
            return role == Role.VIEWER || roles.contains(role);
        }
    }

    private record Holder(Caller caller, String digest) {}

    /// A new key and the line that lets it in.
    ///
    /// @param key to be shown once and kept by its owner alone
    public record Issued(String key, String line) {
        /// Leaves the key out: it must not end in a log by accident.
        @Override
        public String toString() {
            return "Issued[" + line.substring(0, line.indexOf(' ')) + "]";
        }
    }

    /// Makes a key.
    ///
    /// @param roles at least one
    /// @throws IllegalArgumentException when the name cannot be used
    public static Issued issue(String name, Set<Role> roles) {
        if (!isName(name) || roles.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected a name of 1 to 40 of a-z 0-9 . _ - and at least one role, seen '"
                            + name
                            + "' and "
                            + roles);
        }
        byte[] octets = new byte[KEY_OCTETS];
        new SecureRandom().nextBytes(octets);
        String key = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
        String words =
                EnumSet.copyOf(roles).stream().map(Role::text).collect(Collectors.joining(","));
        return new Issued(key, name + " " + words + " " + digest(key));
    }

    /// Reads a keys file's text.
    ///
    /// @throws BadKeysFileException naming each bad line; the digests are not repeated
    public static ApiKeys parse(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new BadKeysFileException(
                    List.of(
                            "expected at most "
                                    + MOST_CHARACTERS
                                    + " characters, seen "
                                    + text.length()));
        }
        List<Holder> holders = new ArrayList<>();
        List<String> mistakes = new ArrayList<>();
        Set<String> digests = new HashSet<>();
        int number = 0;
        for (String raw : text.lines().toList()) {
            number++;
            String line = raw.replaceFirst("#.*", "").strip();
            if (!line.isEmpty()) {
                read(line, "line " + number + ": ", holders, digests, mistakes);
            }
        }
        if (holders.size() > MOST_KEYS) {
            mistakes.add("expected at most " + MOST_KEYS + " keys, seen " + holders.size());
        }
        if (!mistakes.isEmpty()) {
            throw new BadKeysFileException(mistakes);
        }
        List<Holder> read = List.copyOf(holders);
        return new ApiKeys(() -> read);
    }

    private static void read(
            String line,
            String where,
            List<Holder> holders,
            Set<String> digests,
            List<String> mistakes) {
        String[] parts = line.split("\\s+", -1);
        if (parts.length != 3) {
            mistakes.add(
                    where
                            + "expected 'name roles sha256-hex', seen "
                            + parts.length
                            + (parts.length == 1 ? " word" : " words"));
            return;
        }
        if (!isName(parts[0])) {
            mistakes.add(where + "expected a name of 1 to 40 of a-z 0-9 . _ -");
        } else if (!parts[2].matches("[0-9a-f]{64}")) {
            mistakes.add(
                    where
                            + "expected 64 of 0-9 a-f as the key's SHA-256, seen "
                            + parts[2].length()
                            + " characters; the key itself must not stand here");
        } else if (!digests.add(parts[2])) {
            mistakes.add(where + "this key stands above already; each person has their own");
        } else {
            Optional<Set<Role>> roles = roles(parts[1]);
            if (roles.isEmpty()) {
                mistakes.add(
                        where
                                + "expected roles out of viewer, operator and approver, separated by"
                                + " commas; seen '"
                                + parts[1].substring(0, Math.min(60, parts[1].length()))
                                + "'");
            } else {
                holders.add(new Holder(new Caller(parts[0], roles.get()), parts[2]));
            }
        }
    }

    private static Optional<Set<Role>> roles(String words) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String word : words.split(",", -1)) {
            Optional<Role> role =
                    EnumSet.allOf(Role.class).stream()
                            .filter(r -> r.text().equals(word.toLowerCase(Locale.ROOT)))
                            .findFirst();
            if (role.isEmpty()) {
                return Optional.empty();
            }
            roles.add(role.get());
        }
        return Optional.of(roles);
    }

    private static boolean isName(String name) {
        return name.matches("[a-z0-9][a-z0-9._-]{0,39}");
    }

    /// Whose key this is. Takes the same time whichever key it is, and however much of one is
    /// right.
    public Optional<Caller> caller(String key) {
        return holder(digest(key));
    }

    /// Whose key has this digest, as {@link #digest} makes it.
    public Optional<Caller> holder(String keyDigest) {
        byte[] digest = keyDigest.getBytes(StandardCharsets.US_ASCII);
        Optional<Caller> found = Optional.empty();
        for (Holder holder : holders.get()) {
            if (MessageDigest.isEqual(
                    digest, holder.digest().getBytes(StandardCharsets.US_ASCII))) {
                found = Optional.of(holder.caller());
            }
        }
        return found;
    }

    /// The names of those who may approve.
    public Set<String> approvers() {
        return holders.get().stream()
                .map(Holder::caller)
                .filter(c -> c.roles().contains(Role.APPROVER))
                .map(Caller::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// A secret's SHA-256, 64 hexadecimal digits: what is kept in its place.
    public static String digest(String key) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
