package dev.cutover.planfile;

import dev.cutover.core.plan.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The pages that must be served right: absolute paths on the site, in order of importance.
 *
 * <p>Source: RFC 3986 section 3.3 for the characters of a path.
 */
final class LandingPages {
    /** A thousand pages are checked in a minute or so; more are no landing pages. */
    static final int MOST = 1_000;

    private static final int LONGEST = 2_048;
    private static final int MOST_MISTAKES = 10;
    private static final Set<String> HEADERS =
            Set.of(
                    "path",
                    "paths",
                    "url",
                    "urls",
                    "page",
                    "pages",
                    "landing page",
                    "landing-page",
                    "address");

    private LandingPages() {}

    /** One line or entry read: its path, or what is wrong with it. */
    private sealed interface Read {
        record Path(String path) implements Read {}

        record Wrong(String why) implements Read {}
    }

    /** The pages of an inline list. */
    static Optional<List<String>> ofList(Value list, Plan.Site site) {
        Optional<List<Value>> items = list.items(1, MOST);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Integer> pages = new LinkedHashMap<>();
        boolean fine = true;
        int place = 0;
        for (Value item : items.get()) {
            place++;
            Optional<String> text = item.text(LONGEST);
            if (text.isEmpty()) {
                fine = false;
                continue;
            }
            switch (read(text.get(), site)) {
                case Read.Path p -> keep(pages, p.path(), place, item.path(), list);
                case Read.Wrong w -> {
                    item.wrong(w.why());
                    fine = false;
                }
            }
        }
        return fine ? Optional.of(List.copyOf(pages.keySet())) : Optional.empty();
    }

    /** The pages of a file; its mistakes carry the file's own line numbers. */
    static Optional<List<String>> ofFile(Value value, PageFiles files, Plan.Site site) {
        Optional<String> name = value.word(500);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        String file = Shown.of(name.get());
        return switch (files.load(name.get())) {
            case PageFiles.Refused r -> {
                value.wrong(file + ": " + r.why());
                yield Optional.empty();
            }
            case PageFiles.Text t -> ofText(value, file, t.text(), site);
        };
    }

    private static Optional<List<String>> ofText(
            Value value, String file, String text, Plan.Site site) {
        List<String> lines = text.lines().toList();
        long count = lines.stream().filter(l -> !isSkipped(l)).count();
        if (count == 0) {
            value.wrong(file + " is empty; expected one path or URL of the site on each line");
            return Optional.empty();
        }
        if (count > MOST + 1) {
            value.wrong(
                    String.format(
                            Locale.ROOT,
                            "%s has %,d lines, at most %,d are checked; keep the most important ones",
                            file,
                            count,
                            MOST));
            return Optional.empty();
        }
        Map<String, Integer> pages = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        boolean first = true;
        for (int i = 0; i < lines.size(); i++) {
            String line =
                    i == 0 && lines.get(0).startsWith("\uFEFF")
                            ? lines.get(0).substring(1)
                            : lines.get(i);
            if (isSkipped(line)) {
                continue;
            }
            String cell = firstColumn(line);
            boolean header = first && HEADERS.contains(cell.toLowerCase(Locale.ROOT));
            first = false;
            if (header) {
                continue;
            }
            switch (read(cell, site)) {
                case Read.Path p -> keep(pages, p.path(), i + 1, file + " line " + (i + 1), value);
                case Read.Wrong w -> wrong.add(file + " line " + (i + 1) + ": " + w.why());
            }
        }
        wrong.stream().limit(MOST_MISTAKES).forEach(value::wrong);
        if (wrong.size() > MOST_MISTAKES) {
            value.wrong(file + ": and " + (wrong.size() - MOST_MISTAKES) + " more lines are wrong");
        }
        if (wrong.isEmpty() && (pages.isEmpty() || pages.size() > MOST)) {
            value.wrong(file + " holds " + pages.size() + " pages, expected 1 to " + MOST);
            return Optional.empty();
        }
        return wrong.isEmpty() ? Optional.of(List.copyOf(pages.keySet())) : Optional.empty();
    }

    private static void keep(
            Map<String, Integer> pages, String path, int place, String where, Value at) {
        Integer firstPlace = pages.putIfAbsent(path, place);
        if (firstPlace != null) {
            at.findings()
                    .note(
                            where
                                    + " repeats "
                                    + path
                                    + " of "
                                    + firstPlace
                                    + "; it is checked once");
        }
    }

    private static boolean isSkipped(String line) {
        String text = line.startsWith("\uFEFF") ? line.substring(1) : line;
        return text.isBlank() || text.startsWith("#");
    }

    /** The first column of a CSV line, quotes removed. Source: RFC 4180 section 2. */
    private static String firstColumn(String line) {
        String text = line.strip();
        if (text.startsWith("\"")) {
            int end = text.indexOf('"', 1);
            return end < 0 ? text : text.substring(1, end).strip();
        }
        int comma = text.indexOf(',');
        int semicolon = text.indexOf(';');
        int tab = text.indexOf('\t');
        int end = text.length();
        for (int at : new int[] {comma, semicolon, tab}) {
            end = at >= 0 ? Math.min(end, at) : end;
        }
        return text.substring(0, end).strip();
    }

    private static Read read(String text, Plan.Site site) {
        if (text.length() > LONGEST) {
            return new Read.Wrong(
                    "is " + text.length() + " characters long, at most " + LONGEST + " are read");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                return new Read.Wrong(
                        "holds a control character (U+00"
                                + Integer.toHexString(c + 256).substring(1)
                                + ")");
            }
            if (c <= ' ' || c > '~' || "\"<>\\^`{|}".indexOf(c) >= 0) {
                return new Read.Wrong(
                        "holds a character that a URL must carry percent-encoded: "
                                + Shown.of(text.substring(i, i + 1)));
            }
        }
        if (text.startsWith("/") && !text.startsWith("//")) {
            return path(text);
        }
        String prefix = site.url();
        String lower = text.toLowerCase(Locale.ROOT);
        if (!lower.startsWith("https://")) {
            return new Read.Wrong(
                    "expected a path such as /shop/ or a URL of "
                            + prefix
                            + ", seen "
                            + Shown.of(scheme(text)));
        }
        int end = text.length();
        for (int i = "https://".length(); i < end; i++) {
            if ("/?#".indexOf(text.charAt(i)) >= 0) {
                end = i;
            }
        }
        String origin = lower.substring(0, end);
        String own = site.port() == 443 && origin.endsWith(":443") ? prefix + ":443" : prefix;
        if (!origin.equals(own)) {
            return new Read.Wrong(
                    "expected a URL of "
                            + prefix
                            + ", seen another host"
                            + (origin.indexOf('@') >= 0 ? "" : " " + Shown.of(origin)));
        }
        String rest = text.substring(end);
        return path(
                rest.isEmpty() || rest.charAt(0) == '/'
                        ? (rest.isEmpty() ? "/" : rest)
                        : "/" + rest);
    }

    /** What kind of address it is, without what may be secret in it. */
    private static String scheme(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? text : text.substring(0, colon + 1);
    }

    private static Read path(String path) {
        if (path.indexOf('#') >= 0) {
            return new Read.Wrong("has a fragment (#), which is never sent to a server; remove it");
        }
        for (int i = path.indexOf('%'); i >= 0; i = path.indexOf('%', i + 1)) {
            boolean encoded =
                    i + 2 < path.length()
                            && Character.digit(path.charAt(i + 1), 16) >= 0
                            && Character.digit(path.charAt(i + 2), 16) >= 0;
            if (!encoded) {
                return new Read.Wrong("holds a '%' that is not followed by two hexadecimal digits");
            }
        }
        return new Read.Path(path);
    }
}
