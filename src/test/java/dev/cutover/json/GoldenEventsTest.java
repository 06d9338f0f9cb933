package dev.cutover.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What was ever written into a journal is read for ever.
///
/// From the first release on the files are kept as they are: `TYPE.vN.json`, and
/// `TYPE.vN.VARIANT.json` where a type holds
/// others inside. After a change of an event's form the old files stay, an upcaster and files of
/// the next version join them.
class GoldenEventsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/events");
    private static final Pattern NAME =
            Pattern.compile("(?<type>\\w+)\\.v(?<version>\\d+)(\\.[a-z-]+)?\\.json");
    private static final EventJson JSON = new EventJson();

    @ParameterizedTest
    @MethodSource("files")
    void a_golden_file_is_read(Path file) throws IOException {
        JournalEntry entry = read(file);

        assertThat(entry.event().getClass().getSimpleName()).isEqualTo(typeOf(file));
    }

    @ParameterizedTest
    @MethodSource("filesOfTheNewestVersion")
    void a_golden_file_of_the_newest_version_is_written_as_it_was(Path file) throws IOException {
        assertThat(JSON.document(read(file)).toPrettyString() + "\n")
                .isEqualTo(Files.readString(file));
    }

    @ParameterizedTest
    @MethodSource("types")
    void each_type_has_a_golden_file_of_each_version(String type) {
        for (int v = 1; v <= EventVersions.CURRENT.newest(type); v++) {
            assertThat(GOLDEN.resolve(type + ".v" + v + ".json")).exists();
        }
    }

    @Test
    void every_phase_spec_and_ending_is_in_a_golden_file() throws IOException {
        var seen = new TreeSet<String>();
        for (Path file : files().toList()) {
            switch (read(file).event()) {
                case Event.PhaseEntered p -> seen.add(p.phase().getClass().getName());
                case Event.ActionIntended a -> seen.add(a.spec().getClass().getName());
                case Event.ActionEnded a -> seen.add(a.ending().getClass().getName());
                default -> {}
            }
        }

        assertThat(seen)
                .containsAll(names(Phase.class))
                .containsAll(names(ActionSpec.class))
                .containsAll(names(Ending.class));
    }

    private static Set<String> names(Class<?> sealed) {
        return SealedTypes.records(sealed).stream().map(Class::getName).collect(Collectors.toSet());
    }

    static List<String> types() {
        return SealedTypes.records(Event.class).stream().map(Class::getSimpleName).toList();
    }

    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.sorted().toList().stream();
        }
    }

    static Stream<Path> filesOfTheNewestVersion() throws IOException {
        return files().filter(
                        file ->
                                Integer.parseInt(matched(file).group("version"))
                                        == EventVersions.CURRENT.newest(typeOf(file)));
    }

    private static String typeOf(Path file) {
        return matched(file).group("type");
    }

    private static Matcher matched(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        assertThat(name.matches()).as("%s is TYPE.vN.json", file).isTrue();
        return name;
    }

    private static JournalEntry read(Path file) throws IOException {
        return JSON.read(SampleEvents.ID, 1, Files.readString(file));
    }
}
