package dev.cutover.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.image.BeforeImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
                .startsWith("{\n  \"format\" : \"cutover-before-image\",\n  \"v\" : 1,\n")
                .endsWith("}\n");
        assertThat(BeforeImageJson.read(new ByteArrayInputStream(bytes(document))))
                .isEqualTo(image);
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
                "{'format':'cutover-before-image','v':2}         | expected 'v': 1, seen 2",
                "{'format':'cutover-before-image','v':'1'}       | expected 'v': 1, seen '1'",
                "{'format':'cutover-before-image','v':1}         | cutover",
                "{'format':'cutover-before-image','v':1,'x':1}   | x",
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
                .hasMessageContaining("at changes[0].before[0].ttlSeconds");
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
