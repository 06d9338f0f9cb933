package dev.cutover.planfile;

import dev.cutover.core.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Reads a plan file: YAML text to a plan, or every mistake with its line and column.
 *
 * <p>It never throws on bad text, asks the world nothing but the landing-page file, and prints no secret. What
 * the zone holds is compared later, by the planner. The keys are those of the published JSON Schema
 * ({@link #SCHEMA}).
 */
public final class PlanFile {
    /** Longer texts are not read; 3,500 records fit. */
    public static final int MAX_CHARS = 1024 * 1024;

    /** The class-path resource that holds the JSON Schema, served as {@code /schema/plan-v1.json}. */
    public static final String SCHEMA = "/META-INF/resources/schema/plan-v1.json";

    private PlanFile() {}

    /**
     * What a plan is read against.
     *
     * @param pages where landing-page files are read from
     * @param allowedSecrets names of the variables a plan may refer to
     * @param isSecretSet whether such a variable has a value now
     * @param minimumLead the policy's shortest time between lowering TTLs and the window
     * @param now when the plan is read
     * @param providers known DNS providers
     * @param engines known promotion engines
     */
    public record Context(
            PageFiles pages,
            Set<String> allowedSecrets,
            Predicate<String> isSecretSet,
            Duration minimumLead,
            Instant now,
            Set<String> providers,
            Set<String> engines) {
        /** The policy's lead where an administrator set none. */
        public static final Duration MINIMUM_LEAD = Duration.ofDays(2);

        public Context {
            allowedSecrets = Set.copyOf(allowedSecrets);
            providers = Set.copyOf(providers);
            engines = Set.copyOf(engines);
        }

        /** What this version can carry out, under the usual policy. */
        public static Context of(
                PageFiles pages,
                Set<String> allowedSecrets,
                Predicate<String> isSecretSet,
                Instant now) {
            return new Context(
                    pages,
                    allowedSecrets,
                    isSecretSet,
                    MINIMUM_LEAD,
                    now,
                    Set.of("cloudflare", "rfc2136"),
                    Set.of("http"));
        }
    }

    /** What became of the text. */
    public sealed interface Outcome {}

    /**
     * It is a plan.
     *
     * @param notes what a person should know: values filled in by the preset, pages named twice
     * @param zone where the plan names its zone, with an empty message
     */
    public record Ok(Plan plan, List<String> notes, Mistake zone) implements Outcome {
        public Ok {
            notes = List.copyOf(notes);
        }
    }

    /**
     * It is none; nothing of it may be used.
     *
     * @param mistakes at least one, in the file's order
     */
    public record Bad(List<Mistake> mistakes) implements Outcome {
        public Bad {
            mistakes = List.copyOf(mistakes);
        }

        /** One line for each mistake, as compilers print them: {@code plan.yaml:3:7: ...}. */
        public String text(String file) {
            return mistakes.stream().map(m -> file + ":" + m).collect(Collectors.joining("\n"));
        }
    }

    private static Mistake zone(Node file) {
        Node zone = child(file, "zone");
        Node name = child(zone, "name");
        return new Mistake(
                name.getStartMark().getLine() + 1,
                name.getStartMark().getColumn() + 1,
                "zone.name",
                "");
    }

    /** The value of a key that is there; the node itself where it is not. */
    private static Node child(Node node, String key) {
        if (node instanceof MappingNode fields) {
            for (NodeTuple field : fields.getValue()) {
                if (field.getKeyNode() instanceof ScalarNode k && k.getValue().equals(key)) {
                    return field.getValueNode();
                }
            }
        }
        return node;
    }

    /** Reads the text. */
    public static Outcome read(String text, Context context) {
        Findings findings = new Findings();
        if (text.length() > MAX_CHARS) {
            findings.add(
                    1,
                    1,
                    "",
                    "is " + text.length() + " characters long, at most " + MAX_CHARS + " are read");
            return new Bad(findings.inOrder());
        }
        String yaml = text.startsWith("\uFEFF") ? text.substring(1) : text;
        Optional<Node> node = YamlText.compose(yaml, findings);
        if (node.isEmpty()) {
            if (findings.hasNoMistakes()) {
                findings.add(1, 1, "", "is empty; expected a plan");
            }
            return new Bad(findings.inOrder());
        }
        Optional<Plan> plan = new PlanSections(context).read(new Value("", node.get(), findings));
        return plan.isPresent() && findings.hasNoMistakes()
                ? new Ok(plan.get(), findings.notes(), zone(node.get()))
                : new Bad(findings.inOrder());
    }
}
