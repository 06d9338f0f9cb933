package dev.cutover;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.cutover.wiring.Main;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Holds the shape of the controller: who may see whom, and what the core may not do.
///
/// The planted classes of `dev.cutover.planted` break each rule of the core once, so that a rule
/// which has gone blind fails here too.
class ArchitectureTest {
    private static final JavaClasses PRODUCTION = importFrom(Main.class);
    private static final JavaClasses PLANTED =
            new ClassFileImporter().importPackages("dev.cutover.planted");

    private static final DescribedPredicate<JavaClass> IN_CORE =
            describe("in core", type -> OneWayTable.partOf(type).equals("core"));
    private static final DescribedPredicate<JavaClass> TELLS_NO_TIME =
            describe(
                    "outside wiring and lab",
                    type -> !Set.of("wiring", "lab").contains(OneWayTable.partOf(type)));

    @Test
    void every_part_sees_only_what_the_table_allows() {
        classes().should(OneWayTable.keepToTheTable(OneWayTable::partOf)).check(PRODUCTION);
    }

    @Test
    void no_packages_see_each_other_in_a_circle() {
        slices().matching(OneWayTable.BASE + ".(**)").should().beFreeOfCycles().check(PRODUCTION);
    }

    @Test
    void the_core_is_pure() {
        classes().that(IN_CORE).should(Purity.bePure(IN_CORE)).check(PRODUCTION);
    }

    @Test
    void only_wiring_and_the_lab_read_a_clock() {
        classes().that(TELLS_NO_TIME).should(Purity.readNoClock()).check(PRODUCTION);
    }

    @Test
    void classes_are_named_by_what_an_operator_calls_them() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Impl")
                .check(PRODUCTION);
    }

    /// Each planted class is judged by itself, as if it were core.
    @ParameterizedTest
    @CsvSource({
        "ReadsInstantNow, java.time.Instant.now()",
        "ReadsSystemTime, java.lang.System.currentTimeMillis()",
        "ReadsNanoTime, java.lang.System.nanoTime()",
        "NamesSystemClock, java.time.Clock.systemUTC()",
        "NamesSystemInstantSource, java.time.InstantSource.system()",
        "DrawsUnseededRandom, java.util.Random.<init>()",
        "DrawsRandomId, java.util.UUID.randomUUID()",
        "ImportsFramework, jakarta.enterprise.context.ApplicationScoped",
        "OpensSocket, java.net.Socket",
        "ReadsFile, java.nio.file.Files",
        "PrintsToConsole, java.lang.System.out",
        "AsksDatabase, java.sql.Connection",
        "StartsThread, java.lang.Thread",
        "Sleeps, java.lang.Thread.sleep",
        "Logs, java.util.logging.Logger",
        "ReadsEnvironment, java.lang.System.getenv",
        "SeesFace, dev.cutover.cli.CutoverCommand",
    })
    void a_planted_breach_of_the_core_is_seen(String planted, String named) {
        var isPlanted =
                describe("planted", (JavaClass type) -> type.getSimpleName().equals(planted));

        var result = judged(classes().that(isPlanted).should(Purity.bePure(isPlanted)));

        assertThat(result).as("what the rule says of %s", planted).contains(named);
    }

    @Test
    void every_planted_class_is_in_the_list_above() throws NoSuchMethodException {
        var listed = new TreeSet<String>();
        var method =
                ArchitectureTest.class.getDeclaredMethod(
                        "a_planted_breach_of_the_core_is_seen", String.class, String.class);
        for (String row : method.getAnnotation(CsvSource.class).value()) {
            listed.add(row.substring(0, row.indexOf(',')));
        }

        var planted = new TreeSet<String>();
        PLANTED.stream()
                .map(JavaClass::getSimpleName)
                .filter(name -> !name.equals("package-info"))
                .forEach(planted::add);

        assertThat(planted).isEqualTo(listed);
    }

    @ParameterizedTest
    @CsvSource({
        "ReadsInstantNow, java.time.Instant.now()",
        "ReadsSystemTime, java.lang.System.currentTimeMillis()",
        "NamesSystemClock, java.time.Clock.systemUTC()",
        "NamesSystemInstantSource, java.time.InstantSource.system()",
    })
    void a_planted_clock_is_seen(String planted, String named) {
        var isPlanted =
                describe("planted", (JavaClass type) -> type.getSimpleName().equals(planted));

        var result = judged(classes().that(isPlanted).should(Purity.readNoClock()));

        assertThat(result).as("what the rule says of %s", planted).contains(named);
    }

    @Test
    void a_core_class_that_sees_a_face_breaks_the_table() {
        var rule =
                classes()
                        .should(
                                OneWayTable.keepToTheTable(
                                        type -> {
                                            String part = OneWayTable.partOf(type);
                                            return part.equals("planted") ? "core" : part;
                                        }));

        assertThat(judged(rule)).contains("core must not see cli").contains("SeesFace");
    }

    @Test
    void a_package_the_table_does_not_know_breaks_the_table() {
        assertThat(judged(classes().should(OneWayTable.keepToTheTable(OneWayTable::partOf))))
                .contains("is in no part of the table");
    }

    @ParameterizedTest
    @CsvSource({
        "core, port, false",
        "core, net, false",
        "port, core, true",
        "port, net, false",
        "net, core, true",
        "net, port, true",
        "run, port, true",
        "run, store, false",
        "run, net, false",
        "store, port, true",
        "store, net, true",
        "store, run, false",
        "store, postgres, false",
        "cloudflare, dns, false",
        "api, run, true",
        "api, port, false",
        "api, json, true",
        "json, port, false",
        "api, web, false",
        "web, api, true",
        "web, store, false",
        "cli, lab, false",
        "lab, core, false",
        "wiring, lab, true",
    })
    void the_table_says(String from, String to, boolean allowed) {
        assertThat(OneWayTable.allows(from, to)).isEqualTo(allowed);
    }

    private static String judged(ArchRule rule) {
        return String.join("\n", rule.evaluate(PLANTED).getFailureReport().getDetails());
    }

    private static JavaClasses importFrom(Class<?> anyClassThere) {
        try {
            return new ClassFileImporter()
                    .importPath(
                            Path.of(
                                    anyClassThere
                                            .getProtectionDomain()
                                            .getCodeSource()
                                            .getLocation()
                                            .toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
