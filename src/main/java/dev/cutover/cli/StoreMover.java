package dev.cutover.cli;

import java.nio.file.Path;
import java.util.List;

/// Takes the whole store out into a file, and a file into a store that has no cutovers yet.
public interface StoreMover {
    /// Writes the store to a new file.
    ///
    /// @throws GivenUpException when the store or the file cannot be had; no file is left then
    List<String> export(Path file);

    /// Reads a file that {@link #export} wrote.
    ///
    /// @throws GivenUpException when it cannot be used; nothing was changed then
    List<String> take(Path file);
}
