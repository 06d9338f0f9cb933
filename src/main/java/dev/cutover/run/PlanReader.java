package dev.cutover.run;

import dev.cutover.core.plan.Plan;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Reads a plan file's text. Never throws on bad text and never touches anything but what it was given. */
@FunctionalInterface
public interface PlanReader {
    /**
     * Reads a plan.
     *
     * @param text the plan file, YAML
     * @param files the texts of files it refers to, by the name it uses
     * @param now plan time, for windows
     */
    Read read(String text, Map<String, String> files, Instant now);

    /** What came of reading. */
    sealed interface Read {
        record Ok(Plan plan) implements Read {}

        record Bad(List<Mistake> mistakes) implements Read {
            public Bad {
                mistakes = List.copyOf(mistakes);
            }
        }
    }

    /**
     * One thing wrong with a plan file.
     *
     * @param file the name of the file it is in; empty for the plan itself
     * @param line from 1; 0 when it is nowhere in particular
     * @param column from 1; 0 when unknown
     * @param path the key, such as {@code records[2].from}
     * @param message expected, seen, what to do
     */
    record Mistake(String file, int line, int column, String path, String message) {}
}
