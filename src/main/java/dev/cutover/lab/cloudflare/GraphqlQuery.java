package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a GraphQL query text into a tree of fields, variables put in place.
 *
 * <p>Knows what an analytics query needs: one query operation, aliases, arguments of every literal
 * kind, variables with defaults; no fragments and no directives, which are refused. Source: GraphQL
 * specification, October 2021, section 2.
 */
final class GraphqlQuery {

    /** What is wrong with the query, as the answer's {@code errors} will say it. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    /** One selected field. */
    record Field(String alias, String name, Map<String, Object> arguments, List<Field> selections) {

        /** The object argument of this name; empty when it was not given. */
        @SuppressWarnings("unchecked")
        Map<String, Object> object(String argument) {
            return arguments.get(argument) instanceof Map<?, ?> map
                    ? (Map<String, Object>) map
                    : Map.of();
        }

        /** The first selected field of this name. */
        Field only(String wanted) {
            return selections.stream()
                    .filter(field -> field.name().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new Malformed("expected " + wanted + " inside " + name));
        }

        boolean selects(String wanted) {
            return selections.stream().anyMatch(field -> field.name().equals(wanted));
        }
    }

    private static final int DEEPEST = 16;

    private final String text;
    private final JsonNode variables;
    private final Map<String, Object> defaults = new LinkedHashMap<>();
    private int at;

    private GraphqlQuery(String text, JsonNode variables) {
        this.text = text;
        this.variables = variables;
    }

    /** The fields the query selects at its root. */
    static List<Field> parse(String text, JsonNode variables) {
        var query = new GraphqlQuery(text, variables);
        var fields = query.operation();
        query.blank();
        if (query.at < text.length()) {
            throw query.unexpected("the end of the query");
        }
        return fields;
    }

    private List<Field> operation() {
        blank();
        if (peek() != '{') {
            if (!name().equals("query")) {
                throw new Malformed("only queries are answered");
            }
            blank();
            if (peek() != '{' && peek() != '(') {
                name();
                blank();
            }
            if (peek() == '(') {
                variableDefinitions();
            }
        }
        return selections(0);
    }

    private void variableDefinitions() {
        expect('(');
        while (!taken(')')) {
            expect('$');
            var variable = name();
            expect(':');
            type();
            if (taken('=')) {
                defaults.put(variable, value());
            }
        }
    }

    private void type() {
        if (taken('[')) {
            type();
            expect(']');
        } else {
            name();
        }
        taken('!');
    }

    private List<Field> selections(int depth) {
        if (depth > DEEPEST) {
            throw new Malformed("the query is nested deeper than " + DEEPEST);
        }
        expect('{');
        var fields = new ArrayList<Field>();
        while (!taken('}')) {
            var alias = name();
            var name = taken(':') ? name() : alias;
            Map<String, Object> arguments = new LinkedHashMap<>();
            if (taken('(')) {
                while (!taken(')')) {
                    var argument = name();
                    expect(':');
                    arguments.put(argument, value());
                }
            }
            blank();
            List<Field> inner = peek() == '{' ? selections(depth + 1) : List.of();
            fields.add(new Field(alias, name, arguments, inner));
        }
        return fields;
    }

    private Object value() {
        blank();
        var c = peek();
        if (c == '"') {
            return string();
        }
        if (c == '$') {
            at++;
            return variable(name());
        }
        if (c == '[') {
            at++;
            var values = new ArrayList<>();
            while (!taken(']')) {
                values.add(value());
            }
            return values;
        }
        if (c == '{') {
            at++;
            var values = new LinkedHashMap<String, Object>();
            while (!taken('}')) {
                var key = name();
                expect(':');
                values.put(key, value());
            }
            return values;
        }
        if (c == '-' || Character.isDigit(c)) {
            var from = at++;
            while (at < text.length() && Character.isDigit(text.charAt(at))) {
                at++;
            }
            return Long.parseLong(text.substring(from, at));
        }
        return name();
    }

    private Object variable(String variable) {
        var node = variables.path(variable);
        if (!node.isMissingNode()) {
            return plain(node);
        }
        var preset = defaults.get(variable);
        if (preset == null) {
            throw new Malformed("variable $" + variable + " has no value");
        }
        return preset;
    }

    private static Object plain(JsonNode node) {
        if (node.isObject()) {
            var values = new LinkedHashMap<String, Object>();
            node.properties().forEach(entry -> values.put(entry.getKey(), plain(entry.getValue())));
            return values;
        }
        if (node.isArray()) {
            var values = new ArrayList<>();
            node.forEach(value -> values.add(plain(value)));
            return values;
        }
        return node.isIntegralNumber() ? (Object) node.asLong() : node.asText();
    }

    private String string() {
        expect('"');
        var found = new StringBuilder();
        while (at < text.length()) {
            var c = text.charAt(at++);
            if (c == '"') {
                return found.toString();
            }
            if (c == '\\' && at < text.length()) {
                c = text.charAt(at++);
            }
            found.append(c);
        }
        throw unexpected("a closing quote");
    }

    private String name() {
        blank();
        var from = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        if (from == at) {
            throw unexpected("a name");
        }
        return text.substring(from, at);
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private boolean taken(char wanted) {
        blank();
        if (peek() == wanted) {
            at++;
            return true;
        }
        if (at >= text.length()) {
            throw unexpected(String.valueOf(wanted));
        }
        return false;
    }

    private void expect(char wanted) {
        blank();
        if (peek() != wanted) {
            throw unexpected(String.valueOf(wanted));
        }
        at++;
    }

    private void blank() {
        while (at < text.length()) {
            var c = text.charAt(at);
            if (c == '#') {
                while (at < text.length() && text.charAt(at) != '\n') {
                    at++;
                }
            } else if (Character.isWhitespace(c) || c == ',') {
                at++;
            } else {
                return;
            }
        }
    }

    private Malformed unexpected(String expected) {
        return new Malformed(
                "expected %s at position %d of the query, found %s"
                        .formatted(
                                expected, at, at < text.length() ? "'" + peek() + "'" : "its end"));
    }
}
