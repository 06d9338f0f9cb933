package dev.cutover.planfile;

import java.io.StringReader;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * The small part of YAML a plan file may use: one document of plain mappings, lists and scalars.
 *
 * <p>Anchors, aliases, tags and directives are refused before a node is made: they let a few lines grow without
 * bound, or mean one thing to a person and another to a reader.
 */
final class YamlText {
    /** A plan needs four levels. */
    private static final int DEEPEST = 10;

    private YamlText() {}

    /** The file's one node, or empty when a mistake was noted. */
    static Optional<Node> compose(String text, Findings findings) {
        try {
            return isPlain(text, findings)
                    ? Optional.ofNullable(yaml().compose(new StringReader(text)))
                    : Optional.empty();
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            Mark at = mark == null ? e.getContextMark() : mark;
            findings.add(
                    at == null ? 1 : at.getLine() + 1,
                    at == null ? 1 : at.getColumn() + 1,
                    "",
                    "is no YAML: "
                            + (e.getContext() == null ? "" : e.getContext() + ": ")
                            + e.getProblem());
        } catch (ReaderException e) {
            int at = Math.min(e.getPosition(), text.length());
            int lineStart = text.lastIndexOf('\n', at - 1) + 1;
            int line = 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
            findings.add(
                    line,
                    at - lineStart + 1,
                    "",
                    "is no text: the character U+"
                            + Integer.toHexString(e.getCodePoint())
                            + " is not allowed in YAML");
        } catch (YAMLException e) {
            findings.add(1, 1, "", "is no YAML this controller reads");
        }
        return Optional.empty();
    }

    private static boolean isPlain(String text, Findings findings) {
        int depth = 0;
        int documents = 0;
        for (Event event : yaml().parse(new StringReader(text))) {
            Optional<String> refused = Optional.empty();
            if (event instanceof DocumentStartEvent start) {
                documents++;
                if (documents > 1) {
                    refused = Optional.of("holds a second document; one file is one plan");
                } else if (start.getVersion() != null
                        || (start.getTags() != null && !start.getTags().isEmpty())) {
                    refused = Optional.of("has a %-directive; remove it");
                }
            } else if (event instanceof NodeEvent node && node.getAnchor() != null) {
                refused =
                        Optional.of(
                                (event instanceof AliasEvent ? "alias *" : "anchor &")
                                        + "... is not allowed in a plan; write the value out");
            } else if (hasTag(event)) {
                refused = Optional.of("a tag (!) is not allowed in a plan; remove it");
            } else if (event instanceof CollectionStartEvent) {
                depth++;
                if (depth > DEEPEST) {
                    refused = Optional.of("is nested deeper than " + DEEPEST + " levels");
                }
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            }
            if (refused.isPresent()) {
                Mark mark = event.getStartMark();
                findings.add(mark.getLine() + 1, mark.getColumn() + 1, "", refused.get());
                return false;
            }
        }
        return true;
    }

    private static boolean hasTag(Event event) {
        return (event instanceof ScalarEvent scalar && scalar.getTag() != null)
                || (event instanceof CollectionStartEvent start && start.getTag() != null);
    }

    private static Yaml yaml() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(PlanFile.MAX_CHARS + 1);
        options.setNestingDepthLimit(DEEPEST + 2);
        options.setMaxAliasesForCollections(0);
        return new Yaml(options);
    }
}
