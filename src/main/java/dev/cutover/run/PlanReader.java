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
        /**
         * It is a plan.
         *
         * @param notes what a person should know, such as pages that are named twice
         * @param zone where the plan names its zone; its message is empty
         */
        record Ok(Plan plan, List<String> notes, Mistake zone) implements Read {
            public Ok {
                notes = List.copyOf(notes);
            }
        }

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
    record Mistake(String file, int line, int column, String path, String message) {
        /** The same place with something else to say. */
        public Mistake saying(String other) {
            return new Mistake(file, line, column, path, other);
        }
    }
}
