package dev.cutover.lab.peer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A program the real peers need, and where it comes from. */
public enum PeerProgram {
    /** The web server; its {@code sub} and {@code ssl} modules are part of every Debian build. */
    NGINX("nginx-light", "www-data"),
    /** The caching resolver. */
    UNBOUND("unbound", "unbound"),
    /** Tells a running Unbound to forget; comes with it. */
    UNBOUND_CONTROL("unbound", "unbound"),
    /** Ends a child with its parent and takes root's rights from it. */
    SETPRIV("util-linux", "nobody");

    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/usr/local/sbin"));

    private final String debianPackage;
    private final String user;

    PeerProgram(String debianPackage, String user) {
        this.debianPackage = debianPackage;
        this.user = user;
    }

    /** The name of its file. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The Debian package to install to have it. */
    public String debianPackage() {
        return debianPackage;
    }

    /** The user of the package, as whom it runs where we are root. */
    String user() {
        return user;
    }

    /** Where it is; empty when it is not installed in the usual folders. */
    public Optional<Path> path() {
        return FOLDERS.stream()
                .map(folder -> folder.resolve(word()))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Those that are not installed; empty when the real peers can be had. */
    public static List<PeerProgram> missing() {
        return Arrays.stream(values()).filter(program -> program.path().isEmpty()).toList();
    }
}
