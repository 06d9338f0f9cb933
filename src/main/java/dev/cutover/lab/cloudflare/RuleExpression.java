package dev.cutover.lab.cloudflare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rule's expression in the vendor's language: which requests it is about.
 *
 * <p>Knows {@code and or not}, brackets, {@code eq ne contains in}, {@code starts_with ends_with},
 * {@code true false} and the fields of {@link Fields}. Anything else is refused as by the vendor, so
 * that no rule is taken that the edge would not follow. Source: Cloudflare Rules language.
 */
final class RuleExpression {

    /** What an expression can ask of a request. */
    record Fields(String host, String path, String query, String method) {

        String of(String name) {
            return switch (name) {
                case "http.host" -> host;
                case "http.request.uri.path" -> path;
                case "http.request.uri.query" -> query;
                case "http.request.uri" -> query.isEmpty() ? path : path + "?" + query;
                case "http.request.method" -> method;
                default -> throw new IllegalStateException("unknown field " + name);
            };
        }
    }

    private static final int LONGEST = 4_096;
    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s*(?:(\"(?:[^\"\\\\]|\\\\.)*\")|([a-z_][a-z0-9_.]*)|(==|!=|&&|\\|\\||[(){},!]))");
    private static final Set<String> FIELDS =
            Set.of(
                    "http.host",
                    "http.request.uri.path",
                    "http.request.uri.query",
                    "http.request.uri",
                    "http.request.method");

    private final List<String> tokens;
    private int at;

    private RuleExpression(List<String> tokens) {
        this.tokens = tokens;
    }

    /**
     * Reads an expression.
     *
     * @throws ApiRefusal 400 when it cannot be read
     */
    static Predicate<Fields> of(String text) {
        if (text.isBlank() || text.length() > LONGEST) {
            throw refusal("expected 1 to " + LONGEST + " characters");
        }
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text.strip());
        int end = 0;
        while (end < text.strip().length()) {
            matcher.region(end, text.strip().length());
            if (!matcher.lookingAt()) {
                throw refusal("cannot read on at position " + end);
            }
            tokens.add(matcher.group().strip());
            end = matcher.end();
        }
        var reader = new RuleExpression(tokens);
        var whole = reader.or();
        if (reader.at < tokens.size()) {
            throw refusal("unexpected " + tokens.get(reader.at));
        }
        return whole;
    }

    private Predicate<Fields> or() {
        var left = and();
        while (taken("or") || taken("||")) {
            left = left.or(and());
        }
        return left;
    }

    private Predicate<Fields> and() {
        var left = one();
        while (taken("and") || taken("&&")) {
            left = left.and(one());
        }
        return left;
    }

    private Predicate<Fields> one() {
        if (taken("not") || taken("!")) {
            return one().negate();
        }
        if (taken("(")) {
            var inner = or();
            need(")");
            return inner;
        }
        if (taken("true")) {
            return fields -> true;
        }
        if (taken("false")) {
            return fields -> false;
        }
        if (taken("starts_with")) {
            return function(String::startsWith);
        }
        if (taken("ends_with")) {
            return function(String::endsWith);
        }
        return comparison();
    }

    private interface Compared {
        boolean test(String value, String with);
    }

    private Predicate<Fields> function(Compared how) {
        need("(");
        var field = field();
        need(",");
        var with = text();
        need(")");
        return fields -> how.test(fields.of(field), with);
    }

    private Predicate<Fields> comparison() {
        var field = field();
        if (taken("eq") || taken("==")) {
            var with = text();
            return fields -> fields.of(field).equals(with);
        }
        if (taken("ne") || taken("!=")) {
            var with = text();
            return fields -> !fields.of(field).equals(with);
        }
        if (taken("contains")) {
            var with = text();
            return fields -> fields.of(field).contains(with);
        }
        if (taken("in")) {
            need("{");
            List<String> any = new ArrayList<>();
            while (!taken("}")) {
                any.add(text());
            }
            return fields -> any.contains(fields.of(field));
        }
        throw refusal("no comparison of " + field + " that is known here");
    }

    private String field() {
        var name = next().toLowerCase(Locale.ROOT);
        if (!FIELDS.contains(name)) {
            throw refusal("unknown identifier " + name);
        }
        return name;
    }

    private String text() {
        var token = next();
        if (!token.startsWith("\"")) {
            throw refusal("expected text in quotes, seen " + token);
        }
        return token.substring(1, token.length() - 1).replaceAll("\\\\(.)", "$1");
    }

    private String next() {
        if (at >= tokens.size()) {
            throw refusal("it ends too early");
        }
        return tokens.get(at++);
    }

    private boolean taken(String token) {
        if (at < tokens.size() && tokens.get(at).equals(token)) {
            at++;
            return true;
        }
        return false;
    }

    private void need(String token) {
        if (!taken(token)) {
            throw refusal("expected " + token);
        }
    }

    private static ApiRefusal refusal(String why) {
        return new ApiRefusal(400, 20127, "Filter parsing error: " + why);
    }
}
