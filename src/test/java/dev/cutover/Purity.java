package dev.cutover;

import static java.util.stream.Collectors.joining;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// What makes a class fit for the core, and what reads a clock: conditions over compiled classes.
final class Purity {
    /// Parts of the JDK that reach out of the process or around its caller.
    private static final List<String> CLOSED_PACKAGES =
            List.of(
                    "java.net",
                    "java.sql",
                    "java.io",
                    "java.nio.file",
                    "java.nio.channels",
                    "java.util.logging",
                    "java.util.prefs",
                    "java.util.concurrent",
                    "java.lang.foreign",
                    "java.awt",
                    "java.rmi");

    /// Single types of open packages that do the same, or that tell the time.
    private static final Set<String> CLOSED_TYPES =
            Set.of(
                    "java.lang.Thread",
                    "java.lang.ThreadLocal",
                    "java.lang.Process",
                    "java.lang.ProcessBuilder",
                    "java.lang.ProcessHandle",
                    "java.lang.Runtime",
                    "java.security.SecureRandom",
                    "java.time.Clock",
                    "java.time.InstantSource",
                    "java.util.Date",
                    "java.util.Calendar",
                    "java.util.GregorianCalendar",
                    "java.util.Timer");

    /// Exceptions to the closed packages: values without reach.
    private static final Set<String> OPEN_TYPES =
            Set.of("java.net.URI", "java.net.URISyntaxException", "java.io.Serializable");

    /// What of `java.lang.System` is no outside: copying an array.
    private static final Set<String> OPEN_SYSTEM = Set.of("arraycopy", "identityHashCode");

    private static final Pattern NOW_OF_SYSTEM =
            Pattern.compile(
                    "java\\.time\\.(\\w+|chrono\\.\\w+)\\.now\\((java\\.time\\.ZoneId)?\\)");

    private Purity() {}

    /// Sees nothing but its own core, `java..` without I/O, clock, thread, logger or chance, and
    /// the null annotations. `isOwn` says which classes of ours count as core.
    static ArchCondition<JavaClass> bePure(Predicate<JavaClass> isOwn) {
        return new ArchCondition<>("be pure") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    if (!isOwn.test(target) && !isOpenType(target)) {
                        events.add(
                                SimpleConditionEvent.violated(item, dependency.getDescription()));
                    }
                }
                for (JavaAccess<?> access : item.getAccessesFromSelf()) {
                    if (readsClock(access) || reachesOut(access)) {
                        events.add(SimpleConditionEvent.violated(item, access.getDescription()));
                    }
                }
            }
        };
    }

    /// Does not read the time of day. Elapsed time (`System.nanoTime`) is no time of day.
    static ArchCondition<JavaClass> readNoClock() {
        return new ArchCondition<>("read no clock") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                item.getAccessesFromSelf().stream()
                        .filter(Purity::readsClock)
                        .forEach(
                                access ->
                                        events.add(
                                                SimpleConditionEvent.violated(
                                                        item, access.getDescription())));
            }
        };
    }

    private static boolean isOpenType(JavaClass type) {
        String name = type.getFullName();
        String packageName = type.getPackageName();
        if (type.isPrimitive()
                || packageName.equals("org.jspecify.annotations")
                || OPEN_TYPES.contains(name)) {
            return true;
        }
        return (packageName.equals("java.lang") || packageName.startsWith("java."))
                && !CLOSED_TYPES.contains(outermost(name))
                && CLOSED_PACKAGES.stream()
                        .noneMatch(p -> packageName.equals(p) || packageName.startsWith(p + "."));
    }

    private static String outermost(String typeName) {
        int nested = typeName.indexOf('$');
        return nested < 0 ? typeName : typeName.substring(0, nested);
    }

    private static boolean readsClock(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getFullName();
        String name = access.getTarget().getName();
        return switch (owner) {
            case "java.lang.System" -> name.equals("currentTimeMillis");
            case "java.time.Clock" -> name.startsWith("system") || name.startsWith("tick");
            case "java.time.InstantSource" -> name.equals("system");
            case "java.util.Date", "java.util.GregorianCalendar" ->
                    signature(access).endsWith("<init>()");
            case "java.util.Calendar" -> name.equals("getInstance");
            default -> NOW_OF_SYSTEM.matcher(signature(access)).matches();
        };
    }

    private static boolean reachesOut(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getFullName();
        String name = access.getTarget().getName();
        String signature = signature(access);
        return switch (owner) {
            case "java.lang.System" -> !OPEN_SYSTEM.contains(name);
            case "java.lang.Math", "java.lang.StrictMath" -> name.equals("random");
            case "java.util.Random", "java.util.SplittableRandom" ->
                    signature.endsWith(".<init>()");
            case "java.util.UUID" -> name.equals("randomUUID");
            case "java.util.Collections" -> signature.endsWith(".shuffle(java.util.List)");
            case "java.time.ZoneId" -> name.equals("systemDefault");
            case "java.util.TimeZone", "java.util.Locale" -> name.equals("getDefault");
            default -> false;
        };
    }

    /// Owner, name and raw parameter types, such as `java.time.Instant.now()`.
    private static String signature(JavaAccess<?> access) {
        if (access.getTarget()
                instanceof com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget t) {
            return t.getRawParameterTypes().stream()
                    .map(JavaClass::getFullName)
                    .collect(
                            joining(
                                    ",",
                                    access.getTargetOwner().getFullName() + "." + t.getName() + "(",
                                    ")"));
        }
        return access.getTarget().getFullName();
    }
}
