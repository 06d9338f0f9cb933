package dev.cutover.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Where keys lie on disk.
public final class KeyFiles {
    private static final String LOCAL = "local";
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private KeyFiles() {}

    /// Reads a keys file.
    ///
    /// @throws BadKeysFileException when it cannot be read or used; the message names the file
    public static ApiKeys load(Path keysFile) {
        try {
            if (Files.size(keysFile) > ApiKeys.MOST_CHARACTERS) {
                throw new BadKeysFileException(
                        List.of(
                                keysFile
                                        + ": expected at most "
                                        + ApiKeys.MOST_CHARACTERS
                                        + " bytes, seen "
                                        + Files.size(keysFile)));
            }
            return ApiKeys.parse(Files.readString(keysFile));
        } catch (BadKeysFileException e) {
            throw new BadKeysFileException(List.of(keysFile + ": " + e.getMessage()));
        } catch (IOException e) {
            throw new BadKeysFileException(List.of(keysFile + " cannot be read (" + e + ")"));
        }
    }

    /// Makes a keys file with one key for the person of this machine, an operator and approver,
    /// unless there is a file already. Both files are for their owner alone, and the keys file
    /// comes last: when it exists the key that fits it has been written.
    ///
    /// @param plainFile where the key itself is written, for the command line to find
    /// @return whether it was made
    /// @throws UncheckedIOException when the folder cannot be written
    public static boolean ensure(Path keysFile, Path plainFile) {
        if (Files.exists(keysFile)) {
            return false;
        }
        ApiKeys.Issued issued = ApiKeys.issue(LOCAL, EnumSet.of(Role.OPERATOR, Role.APPROVER));
        try {
            makeParent(keysFile);
            makeParent(plainFile);
            replace(plainFile, issued.key() + "\n");
            Path made = temporary(keysFile);
            Files.writeString(
                    made,
                    "# name roles sha256-of-the-key; roles: viewer, operator, approver\n"
                            + issued.line()
                            + "\n");
            try {
                Files.createLink(keysFile, made);
            } catch (UnsupportedOperationException noLinks) {
                Files.copy(made, keysFile);
            } finally {
                Files.deleteIfExists(made);
            }
            return true;
        } catch (FileAlreadyExistsException e) {
            throw new UncheckedIOException(
                    "another process made "
                            + keysFile
                            + " at the same time; the key in "
                            + plainFile
                            + " may not fit it: delete both and start again",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the first key cannot be written to " + keysFile + " and " + plainFile, e);
        }
    }

    private static void makeParent(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }

    private static void replace(Path file, String text) throws IOException {
        Path made = temporary(file);
        Files.writeString(made, text);
        Files.move(made, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path temporary(Path beside) throws IOException {
        Path parent = beside.toAbsolutePath().getParent();
        return Files.createTempFile(parent, ".keys", ".tmp", OWNER_ONLY);
    }
}
