package dev.cutover.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No refusal leaves a person without a next thing to do. */
class RemediesTest {
    private static final Pattern MADE = Pattern.compile("new Refusal\\(\\s*\"(\\w+)\"");

    @Test
    void every_refusal_says_what_to_do() throws IOException {
        Set<String> codes = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                Matcher made = MADE.matcher(Files.readString(file));
                while (made.find()) {
                    codes.add(made.group(1));
                }
            }
        }

        assertThat(codes).contains("FromMismatch", "Drift", "Overlap");
        assertThat(codes).allSatisfy(code -> assertThat(Remedies.of(code)).as(code).isNotEmpty());
    }
}
