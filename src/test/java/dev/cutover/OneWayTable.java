package dev.cutover;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which part of the controller may see which other. A part is a package right below the base
/// package, with all below it.
///
/// ```
/// wiring                          -> all
/// api cli                         -> run, core, json    cli's demo command: lab as well
/// web                             -> run, core, json, api    a cutover reads the same on both
/// run                             -> port, core
/// cloudflare dns probe promotion
/// checks store postgres planfile
/// notify imagestore               -> port, core, net, json    not one another
/// net                             -> port, core
/// json                            -> core
/// port                            -> core
/// core, lab                       -> nothing of ours
/// ```
final class OneWayTable {
    static final String BASE = "dev.cutover";

    static final Set<String> ADAPTERS =
            Set.of(
                    "cloudflare",
                    "dns",
                    "probe",
                    "promotion",
                    "checks",
                    "store",
                    "postgres",
                    "planfile",
                    "notify",
                    "imagestore");

    private static final Map<String, Set<String>> SEES =
            Stream.of(
                            Stream.of(
                                    Map.entry("api", Set.of("run", "core", "json")),
                                    Map.entry("web", Set.of("run", "core", "json", "api")),
                                    Map.entry("cli", Set.of("run", "core", "json"))),
                            ADAPTERS.stream()
                                    .map(
                                            part ->
                                                    Map.entry(
                                                            part,
                                                            Set.of("port", "core", "net", "json"))),
                            Stream.of(
                                    Map.entry("run", Set.of("port", "core")),
                                    Map.entry("net", Set.of("port", "core")),
                                    Map.entry("json", Set.of("core")),
                                    Map.entry("port", Set.of("core")),
                                    Map.entry("core", Set.<String>of()),
                                    Map.entry("lab", Set.<String>of())))
                    .flatMap(entries -> entries)
                    .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private OneWayTable() {}

    /// The part a class belongs to, or the empty text for a class that is not ours.
    static String partOf(JavaClass type) {
        String packageName = type.getPackageName();
        if (!packageName.startsWith(BASE + ".")) {
            return "";
        }
        String below = packageName.substring(BASE.length() + 1);
        int dot = below.indexOf('.');
        return dot < 0 ? below : below.substring(0, dot);
    }

    static boolean isKnown(String part) {
        return part.equals("wiring") || SEES.containsKey(part);
    }

    static boolean allows(String from, String to) {
        return from.equals(to)
                || from.equals("wiring")
                || SEES.getOrDefault(from, Set.of()).contains(to);
    }

    /// Depends on no part it may not see. `partOf` tells a class's part; the planted classes count
    /// as core through it.
    static ArchCondition<JavaClass> keepToTheTable(Function<JavaClass, String> partOf) {
        return new ArchCondition<>("see only what the one-way table allows") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                String from = partOf.apply(item);
                if (!isKnown(from)) {
                    events.add(
                            SimpleConditionEvent.violated(
                                    item, item.getName() + " is in no part of the table"));
                    return;
                }
                for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
                    String to = partOf.apply(dependency.getTargetClass().getBaseComponentType());
                    boolean isDemo =
                            from.equals("cli")
                                    && to.equals("lab")
                                    && item.getSimpleName().startsWith("Demo");
                    if (!to.isEmpty() && !allows(from, to) && !isDemo) {
                        events.add(
                                SimpleConditionEvent.violated(
                                        item,
                                        from
                                                + " must not see "
                                                + to
                                                + ": "
                                                + dependency.getDescription()));
                    }
                }
            }
        };
    }
}
