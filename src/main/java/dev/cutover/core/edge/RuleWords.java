package dev.cutover.core.edge;

import dev.cutover.core.dns.DnsName;

/**
 * An origin rule as the value of a field: two are equal when everything they hold is, and people read where
 * it leads.
 *
 * @param name whose visitors it moves
 */
record RuleWords(DnsName name, EdgeRule rule) {
    /** Such as {@code origin host next.acme.example, port 8443}; what is unusual about it stands behind. */
    @Override
    public String toString() {
        StringBuilder words = new StringBuilder(plain(value("action_parameters")));
        String expression = value("expression");
        if (!expression.equals(EdgePart.OriginRule.matching(name))) {
            words.append(" where ").append(expression);
        }
        if (value("enabled").equals("false")) {
            words.append(" (disabled)");
        }
        String description = value("description");
        if (!description.startsWith("\"cutover ")) {
            words.append(" described ").append(description);
        }
        return words.toString();
    }

    private String value(String field) {
        return rule.content().getOrDefault(field, "");
    }

    /** JSON without its signs. */
    private static String plain(String json) {
        return json.replaceAll("[{}\"]", "").replace(",", ", ").replace(":", " ");
    }
}
