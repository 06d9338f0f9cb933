package dev.cutover.planfile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The published schema and the reader speak of the same keys and take the same good plans. */
class PlanSchemaTest {
    private static final JsonNode SCHEMA = schema();
    private static final JsonSchema VALIDATOR =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(SCHEMA);

    @ParameterizedTest
    @EnumSource(Section.class)
    void the_schema_has_the_keys_of_each_section_and_no_others(Section section) {
        assertThat(keysInSchema(section)).isEqualTo(new TreeSet<>(section.keys()));
    }

    /** A key that were declared but not read could hold anything. */
    @ParameterizedTest
    @EnumSource(Section.class)
    void the_reader_reads_each_key_it_declares(Section section) {
        for (String key : section.keys()) {
            String path = section.path().isEmpty() ? key : section.path() + "." + key;
            String nonsense = "{ nonsense: { nonsense: nonsense } }";
            String text =
                    switch (section) {
                        case PLAN ->
                                PlanTexts.SMALLEST.replaceAll("(?m)^" + key + ":.*\n", "")
                                        + key
                                        + ": "
                                        + nonsense
                                        + "\n";
                        case RECORD ->
                                PlanTexts.SMALLEST.replaceAll(
                                        "(?m)^records:.*$",
                                        "records: [ { "
                                                + (key.equals("type") ? "" : "type: A, ")
                                                + key
                                                + ": "
                                                + nonsense
                                                + " } ]");
                        case ORIGIN ->
                                PlanTexts.SMALLEST
                                        + "origins: [ { "
                                        + key
                                        + ": "
                                        + nonsense
                                        + " } ]\n";
                        case ORIGIN_RULE ->
                                PlanTexts.SMALLEST
                                        + "origin-rules: [ { "
                                        + key
                                        + ": "
                                        + nonsense
                                        + " } ]\n";
                        case RULE_TARGET ->
                                PlanTexts.SMALLEST
                                        + "origin-rules: [ { name: shop, from: [192.0.2.1], to: { "
                                        + key
                                        + ": "
                                        + nonsense
                                        + " } } ]\n";
                        default ->
                                PlanTexts.SMALLEST.replaceAll(
                                                "(?m)^" + section.path() + ":.*\n", "")
                                        + section.path()
                                        + ": { "
                                        + key
                                        + ": "
                                        + nonsense
                                        + " }\n";
                    };

            var bad = (PlanFile.Bad) PlanTexts.read(text);

            assertThat(bad.mistakes())
                    .as("a mistake in %s", path)
                    .anyMatch(m -> m.path().replace("[0]", "[]").startsWith(path));
        }
    }

    @Test
    void every_key_says_what_it_is() {
        for (Section section : Section.values()) {
            properties(section)
                    .properties()
                    .forEach(
                            entry ->
                                    assertThat(entry.getValue().path("description").asText())
                                            .as("%s of %s", entry.getKey(), section)
                                            .hasSizeGreaterThan(10));
        }
    }

    @Test
    void good_plans_are_good_to_the_schema() throws IOException {
        assertGood(PlanTexts.FULL);
        assertGood(PlanTexts.SMALLEST);
        assertGood(Files.readString(Path.of("deploy/examples/acme-relaunch.yaml")));
        Random random = new Random(20_261_206);
        for (int i = 0; i < 200; i++) {
            assertGood(PlanText.write(RandomPlans.plan(random)));
        }
    }

    @Test
    void a_literal_token_and_an_unknown_key_are_bad_to_the_schema_too() throws IOException {
        JsonNode literal =
                tree(PlanTexts.FULL.replace("\"${env:CLOUDFLARE_API_TOKEN}\"", PlanTexts.PLANTED));
        JsonNode unknown = tree(PlanTexts.FULL.replace("owner:", "ownr:"));
        JsonNode later = tree(PlanTexts.FULL + "notify: []\n");
        JsonNode mixed = tree(PlanTexts.FULL.replace("provider: cloudflare", "provider: rfc2136"));
        JsonNode server =
                tree(
                        PlanTexts.FULL
                                .replace("provider: cloudflare", "provider: rfc2136")
                                .replace("  token:", "  server: ns1.acme.example\n  key:"));

        assertThat(VALIDATOR.validate(literal)).isNotEmpty();
        assertThat(VALIDATOR.validate(unknown)).isNotEmpty();
        assertThat(VALIDATOR.validate(later)).isNotEmpty();
        assertThat(VALIDATOR.validate(mixed)).isNotEmpty();
        assertThat(VALIDATOR.validate(server)).isEmpty();
    }

    private static void assertGood(String text) throws IOException {
        assertThat(VALIDATOR.validate(tree(text))).as(text).isEmpty();
    }

    private static JsonNode tree(String text) throws IOException {
        return new YAMLMapper().readTree(text);
    }

    private static Set<String> keysInSchema(Section section) {
        Set<String> keys = new TreeSet<>();
        properties(section).fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private static JsonNode properties(Section section) {
        JsonNode all = SCHEMA.path("properties");
        JsonNode at =
                switch (section) {
                    case PLAN -> SCHEMA;
                    case RECORD -> all.path("records").path("items");
                    case ORIGIN -> all.path("origins").path("items");
                    case ORIGIN_RULE -> all.path("origin-rules").path("items");
                    case RULE_TARGET ->
                            all.path("origin-rules").path("items").path("properties").path("to");
                    default -> all.path(section.path());
                };
        assertThat(at.path("additionalProperties").asBoolean(true))
                .as("%s takes no other keys", section)
                .isFalse();
        return at.path("properties");
    }

    private static JsonNode schema() {
        try (InputStream in =
                Objects.requireNonNull(
                        PlanFile.class.getResourceAsStream(PlanFile.SCHEMA), PlanFile.SCHEMA)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
