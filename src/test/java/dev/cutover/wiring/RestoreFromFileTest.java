package dev.cutover.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.cli.GivenUpException;
import dev.cutover.cli.RestoreCommand;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.json.BeforeImageJson;
import dev.cutover.json.SampleEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which secrets an image may name: its digest is no signature, anybody can write a new one.
class RestoreFromFileTest {
    private final List<String> asked = new ArrayList<>();

    @TempDir private Path folder;

    @Test
    void a_signed_again_image_that_names_another_secret_is_refused_and_the_secret_not_even_read()
            throws Exception {
        Path image = image("${env:DATABASE_PASSWORD}");

        assertThatThrownBy(() -> restore(image, "CLOUDFLARE_API_TOKEN"))
                .isInstanceOf(GivenUpException.class)
                .hasMessageContaining("expected a variable that CUTOVER_SECRETS_ALLOW names")
                .hasMessageContaining("seen CLOUDFLARE_API_TOKEN")
                .hasMessageContaining("nothing was written");
        assertThat(asked).isEmpty();
    }

    @Test
    void without_an_allow_list_it_says_what_to_set() throws Exception {
        Path image = image("${env:CLOUDFLARE_API_TOKEN}");

        assertThatThrownBy(() -> restore(image, ""))
                .isInstanceOf(GivenUpException.class)
                .hasMessageContaining("seen none there")
                .hasMessageContaining("set CUTOVER_SECRETS_ALLOW=CLOUDFLARE_API_TOKEN");
        assertThat(asked).isEmpty();
    }

    @Test
    void the_allowed_one_is_read() throws Exception {
        Path image = image("${env:CLOUDFLARE_API_TOKEN}");

        assertThatThrownBy(() -> restore(image, "OTHER,CLOUDFLARE_API_TOKEN"))
                .isInstanceOf(GivenUpException.class)
                .hasMessageContaining("set that variable to a token that may edit");
        assertThat(asked).containsExactly("CLOUDFLARE_API_TOKEN");
    }

    private Path image(String token) throws IOException {
        BeforeImage sample = SampleEvents.image(SampleEvents.plan("acme", 1));
        BeforeImage signedAgain =
                new BeforeImage(
                        sample.cutover(),
                        sample.provider(),
                        sample.zone(),
                        token,
                        sample.takenAt(),
                        sample.changes());
        return Files.writeString(folder.resolve("image.json"), BeforeImageJson.write(signedAgain));
    }

    private void restore(Path image, String allowed) {
        Outside outside =
                Outside.early(
                        name ->
                                Optional.ofNullable(
                                        Map.of("cutover.secrets.allow", allowed).get(name)));
        RestoreCommand.Outcome unused =
                new RestoreFromFile(
                                () -> outside,
                                name -> {
                                    asked.add(name);
                                    return null;
                                })
                        .restore(new RestoreCommand.Wish(image, false, true));
    }
}
