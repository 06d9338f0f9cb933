package dev.cutover;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every package says what lives in it, and that nothing in it is null unless marked.
class PackageInfoTest {
    private static final Pattern DOCUMENTED =
            Pattern.compile("(?s)\\A(/\\*\\*|///)[\\s*/]*\\p{L}.*");
    private static final Pattern MARKED = Pattern.compile("(?m)^@NullMarked$");

    @ParameterizedTest
    @MethodSource("packages")
    void a_package_says_what_lives_in_it(Path folder) throws IOException {
        Path info = folder.resolve("package-info.java");

        assertThat(info).exists();
        assertThat(Files.readString(info)).containsPattern(DOCUMENTED).containsPattern(MARKED);
    }

    /// Of the test source only packages that the main source lacks: a package has one package-info.
    static Stream<Path> packages() throws IOException {
        Path main = Path.of("src/main/java");
        Path test = Path.of("src/test/java");
        var folders = new TreeSet<>(foldersWithClasses(main));
        foldersWithClasses(test).stream()
                .filter(folder -> !folders.contains(main.resolve(test.relativize(folder))))
                .toList()
                .forEach(folders::add);
        return folders.stream();
    }

    private static Set<Path> foldersWithClasses(Path root) throws IOException {
        var folders = new TreeSet<Path>();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .forEach(file -> folders.add(file.getParent()));
        }
        return folders;
    }
}
