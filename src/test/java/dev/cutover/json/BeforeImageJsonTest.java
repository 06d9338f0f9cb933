package dev.cutover.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeRule;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.plan.SetChange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The document somebody holds in hand when nothing else is left.
class BeforeImageJsonTest {
    private final BeforeImage image = SampleEvents.image(SampleEvents.plan("relaunch", 2));

    @Test
    void it_is_read_as_it_was_written() throws IOException {
        String document = BeforeImageJson.write(image);

        assertThat(document)
                .startsWith("{\n  \"format\" : \"cutover-before-image\",\n  \"v\" : 2,\n")
                .endsWith("}\n");
        assertThat(BeforeImageJson.read(new ByteArrayInputStream(bytes(document))))
                .isEqualTo(image);
    }

    /** A rule that keeps pages out of caches stands before any step; an origin rule comes at its own. */
    @Test
    void rules_of_ours_are_read_back_as_they_were() {
        EdgePart.Rules none =
                new EdgePart.Rules(
                        "http_request_cache_settings", "r1", List.of(), Optional.empty());
        EdgeRule rule = new EdgeRule("ours", new TreeMap<>(Map.of("action", "\"route\"")));
        EdgePart.Rules bypass =
                new EdgePart.Rules(none.phase(), "r1", List.of(rule), none.modifiedAt());
        DnsName shop = new DnsName("shop.acme.example");
        EdgePart before =
                new EdgePart.OriginRule(
                        shop, List.of("198.51.100.11"), Optional.empty(), Optional.empty());
        EdgePart ruled =
                new EdgePart.OriginRule(shop, Optional.of(rule), Optional.of(image.takenAt()));
        BeforeImage withRules =
                new BeforeImage(
                        image.cutover(),
                        image.provider(),
                        image.zone(),
                        image.server(),
                        image.token(),
                        image.takenAt(),
                        List.of(),
                        List.of(
                                new EdgeChange(
                                        List.of(),
                                        none,
                                        List.of(new EdgeChange.Stage(EdgeChange.PREPARED, bypass)),
                                        none,
                                        bypass),
                                new EdgeChange(
                                        List.of(shop),
                                        before,
                                        List.of(new EdgeChange.Stage(1, ruled)),
                                        ruled,
                                        before)),
                        image.purge());

        assertThat(BeforeImageJson.read(bytes(BeforeImageJson.write(withRules))))
                .isEqualTo(withRules);
    }

    @Test
    void a_thousand_sets_fit() {
        BeforeImage big = SampleEvents.image(SampleEvents.plan("relaunch", 1_000));
        byte[] document = bytes(BeforeImageJson.write(big));

        assertThat(document.length).isLessThan(BeforeImageJson.MOST_BYTES / 4);
        assertThat(BeforeImageJson.read(document)).isEqualTo(big);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~                                              | expected a JSON object, seen MISSING",
                "[]                                              | expected a JSON object, seen ARRAY",
                "{'v':1}                                         | expected 'format': 'cutover-before-image', seen nothing",
                "{'format':'backup','v':1}                       | seen 'backup'",
                "{'format':'cutover-before-image','v':3}         | expected 'v': 2, seen 3",
                "{'format':'cutover-before-image','v':'2'}       | expected 'v': 2, seen '2'",
                "{'format':'cutover-before-image','v':1}         | at cutover: expected a value, seen nothing;",
                "{'format                                        | line 1",
            })
    void another_document_is_refused(String document, String named) {
        assertThatThrownBy(() -> BeforeImageJson.read(bytes(document.replace('\'', '"'))))
                .isInstanceOf(UnreadableJsonException.class)
                .hasMessageStartingWith("not a before-image: ")
                .hasMessageContaining(named.replace('\'', '"'))
                .hasMessageEndingWith("; nothing was changed");
    }

    @Test
    void a_damaged_field_is_located() {
        String document = BeforeImageJson.write(image).replace("3600", "\"an hour\"");

        assertThatThrownBy(() -> BeforeImageJson.read(bytes(document)))
                .hasMessageContaining(
                        "at changes[0].before[0].ttlSeconds: expected a whole number, seen"
                                + " another kind of value; nothing");
    }

    @Test
    void its_digest_is_the_one_other_tools_compute() throws Exception {
        String document = BeforeImageJson.write(image);
        ObjectNode tree = (ObjectNode) CoreJson.mapper().readTree(document);
        String said = tree.remove("digest").textValue();

        byte[] canonical = bytes(sorted(tree));
        assertThat(said)
                .isEqualTo(
                        "sha256:"
                                + HexFormat.of()
                                        .formatHex(
                                                MessageDigest.getInstance("SHA-256")
                                                        .digest(canonical)));
    }

    @Test
    void a_document_laid_out_anew_is_the_same_document() throws Exception {
        JsonNode tree = CoreJson.mapper().readTree(BeforeImageJson.write(image));

        assertThat(BeforeImageJson.read(bytes(tree.toString()))).isEqualTo(image);
    }

    @ParameterizedTest
    @CsvSource({"198.51.100.10, 203.0.113.66", "owned by the web team, owned by me"})
    void an_edited_document_is_refused_unless_somebody_wants_it(String written, String edited)
            throws IOException {
        byte[] document = bytes(BeforeImageJson.write(image).replace(written, edited));

        assertThatThrownBy(() -> BeforeImageJson.read(document))
                .isInstanceOf(UnreadableJsonException.class)
                .hasMessageContaining("it was changed after it was written")
                .hasMessageEndingWith("; nothing was changed");
        BeforeImageJson.Found found = BeforeImageJson.find(new ByteArrayInputStream(document));
        assertThat(found.edited()).isPresent();
        assertThat(found.image()).isNotEqualTo(image);
    }

    @Test
    void a_document_without_a_digest_counts_as_edited() throws IOException {
        String document = BeforeImageJson.write(image).replaceFirst("\"digest\" : \"[^\"]+\",", "");

        assertThat(BeforeImageJson.find(new ByteArrayInputStream(bytes(document))).edited())
                .hasValueSatisfying(e -> assertThat(e).contains("says nothing"));
    }

    /** What is wrong in itself is refused also from somebody who wants the edited file. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\\$\\{env:CLOUDFLARE_API_TOKEN}   | SECRETLITERAL  | token: expected a reference",
                "\"content\" : \"198.51.100.10\" | \"content\" : \"300.1.1.1\" | expected an IPv4 address",
                "\"type\" : \"A\"      | \"type\" : \"MX\"   | expected type A, AAAA or CNAME",
                "\"zone\" : \"[^\"]+\"  | \"zone\" : \"other.example\" | expected a name of zone other.example",
                "\"ttlSeconds\" : 300  | \"ttlSeconds\" : -1 | expected a TTL of 1 to",
                "\"before\" : \\[ .*?} \\], | \"before\" : [ ],  | before holds 0, aged 1",
                "https://n0.relaunch.acme.example:8443/shop | https://www.other.example/shop | purge: expected names and pages of acme.example alone",
                "\"changes\" : .*      | \"changes\" : [ ], \"edge\" : [ ] } | expected at least one record set, seen none",
                "\"takenAt\" :         | \"x\" : 1, \"takenAt\" : | expected no property \"x\" here",
                "\"cutover\" : \"[^\"]+\" | \"cutover\" : null | at cutover: expected a value, seen nothing",
            })
    void what_contradicts_itself_is_refused(String written, String edited, String words) {
        String document =
                BeforeImageJson.write(image)
                        .replaceAll("\\s+", " ")
                        .replaceAll(written, edited.replace("$", "\\$"));

        assertThatThrownBy(() -> BeforeImageJson.find(new ByteArrayInputStream(bytes(document))))
                .isInstanceOf(UnreadableJsonException.class)
                .hasMessageContaining(words)
                .hasMessageNotContaining("SECRETLITERAL")
                .hasMessageNotContaining("dev.cutover")
                .hasMessageNotContaining("Feature")
                .hasMessageNotContaining("Exception")
                .hasMessageNotContaining("line -1");
    }

    @Test
    void a_record_of_another_name_is_refused() {
        SetChange first = image.changes().getFirst();
        DnsRecord foreign =
                DnsRecord.of(
                        new DnsName("mail." + image.zone()), RecordType.A, "192.0.2.1", 300, false);
        BeforeImage mixed =
                new BeforeImage(
                        image.cutover(),
                        image.provider(),
                        image.zone(),
                        image.token(),
                        image.takenAt(),
                        List.of(
                                new SetChange(
                                        first.name(),
                                        first.type(),
                                        List.of(foreign),
                                        List.of(foreign),
                                        first.next(),
                                        first.fallback(),
                                        1)));

        assertThatThrownBy(() -> BeforeImageJson.read(bytes(BeforeImageJson.write(mixed))))
                .hasMessageContaining("expected records of " + first.key())
                .hasMessageContaining("seen mail.");
    }

    private static String sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            SortedMap<String, String> parts = new TreeMap<>();
            object.properties()
                    .forEach(
                            e ->
                                    parts.put(
                                            e.getKey(),
                                            "\"" + e.getKey() + "\":" + sorted(e.getValue())));
            return "{" + String.join(",", parts.values()) + "}";
        }
        if (node.isArray()) {
            List<String> parts = new ArrayList<>();
            node.forEach(n -> parts.add(sorted(n)));
            return "[" + String.join(",", parts) + "]";
        }
        return node.toString();
    }

    @Test
    void an_endless_document_is_not_read_to_its_end() {
        var endless =
                new InputStream() {
                    private long given;

                    @Override
                    public int read() {
                        given++;
                        return ' ';
                    }

                    @Override
                    public int read(byte[] into, int from, int most) {
                        Arrays.fill(into, from, from + most, (byte) ' ');
                        given += most;
                        return most;
                    }
                };

        assertThatThrownBy(() -> BeforeImageJson.read(endless))
                .isInstanceOf(UnreadableJsonException.class)
                .hasMessageContaining("expected at most 16777216 bytes");
        assertThat(endless.given).isEqualTo(BeforeImageJson.MOST_BYTES + 1L);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
