package dev.cutover.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

final class ReadsFile {
    static String plan(Path file) throws IOException {
        return Files.readString(file);
    }
}
