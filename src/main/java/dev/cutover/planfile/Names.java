package dev.cutover.planfile;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.Plan;
import java.net.IDN;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Domain names as people write them in a plan. */
final class Names {
    private static final int LONGEST = 260;
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

    /** A relative name that ends like this was almost surely meant to be complete. */
    private static final Set<String> TOP_LEVEL = Set.of("com", "net", "org", "example", "test");

    private Names() {}

    /** A complete name, such as the zone's. */
    static Optional<DnsName> complete(Value value) {
        return value.word(LONGEST).flatMap(text -> parse(value, text));
    }

    /** A name in the zone: {@code @}, relative, or complete. */
    static Optional<DnsName> within(Value value, DnsName zone) {
        Optional<String> text = value.word(LONGEST);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String name = text.get();
        if (name.equals("@")) {
            return Optional.of(zone);
        }
        Optional<DnsName> absolute = parse(value, name);
        if (absolute.isEmpty()) {
            return Optional.empty();
        }
        boolean meansOutside =
                !absolute.get().isWithin(zone)
                        && (name.endsWith(".") || looksComplete(absolute.get(), zone));
        if (meansOutside) {
            value.wrong("expected a name in zone " + zone + ", seen " + absolute.get());
            return Optional.empty();
        }
        try {
            return Optional.of(DnsName.within(zone, name));
        } catch (IllegalArgumentException tooLong) {
            value.wrong(String.valueOf(tooLong.getMessage()));
            return Optional.empty();
        }
    }

    /** Different names of the zone. */
    static Optional<List<DnsName>> list(Value list, DnsName zone, int least, int most) {
        Optional<List<Value>> items = list.items(least, most);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        Set<DnsName> names = new LinkedHashSet<>();
        boolean fine = true;
        for (Value item : items.get()) {
            Optional<DnsName> name = within(item, zone);
            fine &= name.isPresent();
            if (name.isPresent() && !names.add(name.get())) {
                item.wrong(name.get() + " is listed twice; keep one");
                fine = false;
            }
        }
        return fine ? Optional.of(List.copyOf(names)) : Optional.empty();
    }

    private static boolean looksComplete(DnsName name, DnsName zone) {
        int dot = name.value().lastIndexOf('.');
        String last = name.value().substring(dot + 1);
        String zoneLast = zone.value().substring(zone.value().lastIndexOf('.') + 1);
        return dot > 0 && (last.equals(zoneLast) || TOP_LEVEL.contains(last));
    }

    /** What a CNAME points at: complete, because providers disagree on what a relative one means. */
    static Optional<DnsName> target(Value value, String text, DnsName zone) {
        if (text.indexOf('.') < 0) {
            value.wrong(
                    "expected a complete host name such as " + zone + ", seen " + Shown.of(text));
            return Optional.empty();
        }
        Optional<DnsName> name = parse(value, text);
        if (name.isPresent() && name.get().value().startsWith("*")) {
            value.wrong("expected a host name, seen the wildcard " + name.get());
            return Optional.empty();
        }
        return name;
    }

    /** A host of the zone with an optional port. */
    static Optional<Plan.Site> site(Value value, Optional<DnsName> zone) {
        Optional<String> text = value.text(LONGEST + 10);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (text.get().indexOf('/') >= 0 || text.get().indexOf('@') >= 0) {
            value.wrong(
                    "expected a host name such as www.acme.example or www.acme.example:8443, without"
                            + " https:// and path");
            return Optional.empty();
        }
        int colon = text.get().indexOf(':');
        String host = colon < 0 ? text.get() : text.get().substring(0, colon);
        String port = colon < 0 ? "443" : text.get().substring(colon + 1);
        if (!PORT.matcher(port).matches() || Integer.parseInt(port) > 65_535) {
            value.wrong("expected a port from 1 to 65535, seen " + Shown.of(port));
            return Optional.empty();
        }
        Optional<DnsName> name = parse(value, host);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        if (name.get().value().startsWith("*")) {
            value.wrong("expected one host, seen the wildcard " + name.get());
            return Optional.empty();
        }
        if (zone.isPresent() && !name.get().isWithin(zone.get())) {
            value.wrong("expected a host in zone " + zone.get() + ", seen " + name.get());
            return Optional.empty();
        }
        return Optional.of(new Plan.Site(name.get(), Integer.parseInt(port)));
    }

    private static Optional<DnsName> parse(Value value, String text) {
        if (text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            value.wrong(
                    "expected a name in ASCII, seen "
                            + Shown.of(text)
                            + ascii(text).map(a -> "; write " + a).orElse(""));
            return Optional.empty();
        }
        try {
            return Optional.of(new DnsName(text));
        } catch (IllegalArgumentException e) {
            value.wrong(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static Optional<String> ascii(String text) {
        try {
            String ascii = IDN.toASCII(text);
            return ascii.chars().allMatch(c -> c > ' ' && c <= '~')
                    ? Optional.of(ascii)
                    : Optional.empty();
        } catch (IllegalArgumentException notAName) {
            return Optional.empty();
        }
    }
}
