package dev.cutover.planfile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.Node;

/**
 * What was found so far: mistakes, and notes on what was filled in. Both are bounded, so that a hostile file cannot
 * fill memory with complaints.
 */
final class Findings {
    /** More than a person repairs in one go. */
    private static final int MOST = 100;

    private static final Comparator<Mistake> ORDER =
            Comparator.comparingInt(Mistake::line).thenComparingInt(Mistake::column);

    private final List<Mistake> found = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private int dropped;

    void add(int line, int column, String path, String message) {
        if (found.size() < MOST) {
            found.add(new Mistake(line, column, path, message));
        } else {
            dropped++;
        }
    }

    void at(Node node, String path, String message) {
        Mark mark = node.getStartMark();
        add(mark.getLine() + 1, mark.getColumn() + 1, path, message);
    }

    void note(String note) {
        if (notes.size() < MOST) {
            notes.add(note);
        }
    }

    List<String> notes() {
        return List.copyOf(notes);
    }

    boolean hasNoMistakes() {
        return found.isEmpty();
    }

    /** In the file's order; a last one says how many were left out. */
    List<Mistake> inOrder() {
        List<Mistake> sorted = new ArrayList<>(found);
        sorted.sort(ORDER);
        if (dropped > 0) {
            Mistake last = sorted.getLast();
            sorted.add(
                    new Mistake(
                            last.line(),
                            last.column(),
                            "",
                            "and " + dropped + " more mistakes that are not listed"));
        }
        return List.copyOf(sorted);
    }
}
