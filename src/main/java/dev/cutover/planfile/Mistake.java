package dev.cutover.planfile;

/**
 * One thing wrong in a plan file.
 *
 * @param line from 1; where the value, or the section that misses it, begins
 * @param column from 1, in characters
 * @param path the key, such as {@code records[2].to[0]}; empty for the file as a whole
 * @param message what was expected, what was seen and what to do; never holds a secret
 */
public record Mistake(int line, int column, String path, String message) {
    @Override
    public String toString() {
        return line + ":" + column + ": " + (path.isEmpty() ? "" : path + ": ") + message;
    }
}
