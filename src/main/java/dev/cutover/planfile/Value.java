package dev.cutover.planfile;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * One value of a plan file with its place. Every reading either gives the value or notes a mistake and gives
 * nothing, so that one pass finds all mistakes.
 *
 * <p>Scalars are read as the text they are. YAML 1.1 would make {@code no} a boolean and {@code 10:30} the number
 * 630; neither happens here.
 *
 * @param path the key, as messages name it
 */
record Value(String path, Node node, Findings findings) {
    private static final Pattern WHOLE = Pattern.compile("0|[1-9][0-9]{0,17}");
    private static final Pattern SHARE =
            Pattern.compile("(0|[1-9][0-9]{0,2})(\\.[0-9]{1,20})?(%?)");

    private static final Pattern DURATION =
            Pattern.compile("P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\\.[0-9]{1,9})?S)?)?");

    /** What other YAML readers make of a plain word: a person who wrote it may not have meant text. */
    private static final Set<Tag> NOT_TEXT = Set.of(Tag.BOOL, Tag.INT, Tag.FLOAT, Tag.NULL);

    void wrong(String message) {
        findings.at(node, path, message);
    }

    /** The scalar's text, 1 to {@code most} printable characters. */
    Optional<String> text(int most) {
        if (!(node instanceof ScalarNode scalar)) {
            wrong("expected one value, seen " + kind());
            return Optional.empty();
        }
        String text = scalar.getValue();
        if (text.isBlank() || (isPlain() && scalar.getTag().equals(Tag.NULL))) {
            wrong("expected a value, seen nothing");
            return Optional.empty();
        }
        if (text.length() > most) {
            wrong("is " + text.length() + " characters long, at most " + most + " are read");
            return Optional.empty();
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            wrong("holds a control character or a line break");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    /** Text that a person chose freely; a plain {@code no}, {@code 12} or {@code ~} must be put in quotes. */
    Optional<String> word(int most) {
        if (isPlain() && node instanceof ScalarNode s && NOT_TEXT.contains(s.getTag())) {
            if (!s.getTag().equals(Tag.NULL)) {
                wrong(
                        Shown.of(s.getValue())
                                + " is no text to YAML readers; if it is meant, write it in quotes");
                return Optional.empty();
            }
        }
        return text(most);
    }

    <E> Optional<E> oneOf(Map<String, E> known) {
        return text(100)
                .flatMap(
                        seen -> {
                            E value = known.get(seen);
                            if (value == null) {
                                wrong(
                                        (known.isEmpty()
                                                        ? "none is set up on this controller"
                                                        : "expected one of "
                                                                + String.join(", ", known.keySet()))
                                                + ", seen "
                                                + Shown.of(seen)
                                                + Nearest.to(seen, known.keySet())
                                                        .map(n -> "; did you mean " + n + "?")
                                                        .orElse(""));
                            }
                            return Optional.ofNullable(value);
                        });
    }

    /** A whole decimal number, unquoted. */
    Optional<Long> whole(long least, long most, String unit) {
        return text(100)
                .flatMap(
                        seen -> {
                            if (isPlain() && WHOLE.matcher(seen).matches()) {
                                long number = Long.parseLong(seen);
                                if (number >= least && number <= most) {
                                    return Optional.of(number);
                                }
                            }
                            wrong(
                                    "expected a whole number of "
                                            + unit
                                            + " from "
                                            + least
                                            + " to "
                                            + most
                                            + ", seen "
                                            + Shown.of(seen));
                            return Optional.empty();
                        });
    }

    /** A share of one, as {@code 2%} or {@code 0.02}. */
    Optional<Double> share(double least, double most) {
        return text(100)
                .flatMap(
                        seen -> {
                            var match = SHARE.matcher(seen);
                            boolean quotedNumber =
                                    match.matches() && match.group(3).isEmpty() && !isPlain();
                            if (!match.matches() || quotedNumber) {
                                wrong(
                                        "expected a share such as 2% or 0.02, seen "
                                                + Shown.of(seen));
                                return Optional.empty();
                            }
                            boolean percent = !match.group(3).isEmpty();
                            BigDecimal number =
                                    new BigDecimal(seen.substring(0, match.start(3)))
                                            .movePointLeft(percent ? 2 : 0);
                            double share = number.doubleValue();
                            if (share < least || share > most) {
                                wrong(
                                        String.format(
                                                Locale.ROOT,
                                                "expected a share from %s%% to %s%%, seen %s%s",
                                                percent(least),
                                                percent(most),
                                                Shown.of(seen),
                                                percent || share <= 1
                                                        ? ""
                                                        : "; write "
                                                                + seen
                                                                + "% if that is meant"));
                                return Optional.empty();
                            }
                            return Optional.of(share);
                        });
    }

    private static String percent(double share) {
        return BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros().toPlainString();
    }

    /** An ISO 8601 duration such as {@code PT10M}. */
    Optional<Duration> duration(Duration least, Duration most) {
        return text(100)
                .flatMap(
                        seen -> {
                            Optional<Duration> duration = parse(seen);
                            if (duration.isEmpty()) {
                                wrong(
                                        "expected an ISO 8601 duration such as PT10M, PT48H or P1D, seen "
                                                + Shown.of(seen));
                                return Optional.empty();
                            }
                            if (duration.get().compareTo(least) < 0
                                    || duration.get().compareTo(most) > 0) {
                                wrong(
                                        "expected a duration from "
                                                + least
                                                + " to "
                                                + most
                                                + ", seen "
                                                + Shown.of(seen));
                                return Optional.empty();
                            }
                            return duration;
                        });
    }

    private static Optional<Duration> parse(String text) {
        try {
            return DURATION.matcher(text).matches()
                    ? Optional.of(Duration.parse(text))
                    : Optional.empty();
        } catch (DateTimeException | ArithmeticException notADuration) {
            return Optional.empty();
        }
    }

    /** The list's values, at most {@code most}. */
    Optional<List<Value>> items(int least, int most) {
        if (!(node instanceof SequenceNode list)) {
            wrong("expected a list in [ ] or one line with '-' for each, seen " + kind());
            return Optional.empty();
        }
        int size = list.getValue().size();
        if (size < least || size > most) {
            wrong(
                    size == 0
                            ? "expected at least one entry, seen an empty list"
                            : "expected at most " + most + " entries, seen " + size);
            return Optional.empty();
        }
        List<Value> items = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            items.add(new Value(path + "[" + i + "]", list.getValue().get(i), findings));
        }
        return Optional.of(items);
    }

    /** The mapping's fields; unknown, doubled and not carried out keys are noted. */
    Optional<Fields> fields(Section section) {
        if (!(node instanceof MappingNode mapping)) {
            wrong(
                    "expected keys ("
                            + String.join(", ", section.keys())
                            + ") with their values, seen "
                            + kind());
            return Optional.empty();
        }
        Map<String, Value> values = new HashMap<>();
        Map<String, Integer> lines = new HashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
                findings.at(tuple.getKeyNode(), path, "expected a word as key");
                continue;
            }
            String key = keyNode.getValue();
            Integer firstLine = lines.putIfAbsent(key, keyNode.getStartMark().getLine() + 1);
            if (firstLine != null) {
                findings.at(
                        keyNode,
                        path,
                        "the key "
                                + Shown.key(key)
                                + " is there twice, first in line "
                                + firstLine
                                + "; keep one");
            } else if (section.keys().contains(key)) {
                values.put(key, new Value(child(key), tuple.getValueNode(), findings));
            } else {
                findings.at(keyNode, path, unknown(section, key));
            }
        }
        return Optional.of(new Fields(this, section, values));
    }

    private static String unknown(Section section, String key) {
        if (section.later().contains(key)) {
            return "'" + key + "' is not carried out by this version; remove it";
        }
        String said = "unknown key " + Shown.key(key);
        Optional<String> near = Nearest.to(key, section.keys());
        if (near.isPresent()) {
            return said + "; did you mean '" + near.get() + "'?";
        }
        return section.elsewhere(key)
                .map(
                        other ->
                                said
                                        + " here; it belongs "
                                        + (other == Section.PLAN
                                                ? "to the top of the file"
                                                : "under '" + other.path() + "'"))
                .orElse(said + "; known are " + String.join(", ", section.keys()));
    }

    String child(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** A section that is not there, for the defaults of its keys. */
    Value below(String key) {
        return new Value(child(key), node, findings);
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    int line() {
        return node.getStartMark().getLine() + 1;
    }

    private boolean isPlain() {
        return node instanceof ScalarNode scalar && scalar.getScalarStyle() == ScalarStyle.PLAIN;
    }

    private String kind() {
        if (node instanceof MappingNode) {
            return "keys with values";
        }
        if (node instanceof SequenceNode) {
            return "a list";
        }
        return node.getTag().equals(Tag.NULL) ? "nothing" : "one value";
    }
}
