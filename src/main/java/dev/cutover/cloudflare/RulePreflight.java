package dev.cutover.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cutover.cloudflare.ZoneDirectory.Listing;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.PlannedRule;
import dev.cutover.core.plan.Preflight;
import dev.cutover.core.plan.Refusal;
import dev.cutover.core.plan.SetChange;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Looks at a zone's origin rules before the first write: what the plan level offers, whether there is room,
 * and whether a rule makes the switch of a record void. Reads only.
 *
 * <p>Source: Cloudflare rules/origin-rules, availability, 2026-11: a port on every plan level, all else on
 * Enterprise.
 */
final class RulePreflight {
    private static final String ENTERPRISE = "enterprise";

    private final CloudflareApi api;
    private final List<Refusal> refusals = new ArrayList<>();
    private final List<String> proven = new ArrayList<>();
    private final List<String> unproven = new ArrayList<>();

    RulePreflight(CloudflareApi api) {
        this.api = api;
    }

    Preflight look(PlanDiff diff, Listing listing, Call call) {
        List<PlannedRule> planned = diff.plan().ruled();
        TreeSet<DnsName> proxied = new TreeSet<>();
        diff.changes().stream().filter(SetChange::isProxied).forEach(c -> proxied.add(c.name()));
        if (planned.isEmpty() && proxied.isEmpty()) {
            return Preflight.nothing();
        }
        try {
            JsonNode rules = standing(diff, listing, call);
            proxied.forEach(name -> shadowed(name, rules));
            if (!planned.isEmpty()) {
                offered(planned, listing);
                room(diff, planned.size(), rules.size(), listing);
            }
        } catch (PortException e) {
            if (e.category() == Category.TRANSIENT) {
                throw e;
            }
            if (!proxied.isEmpty()) {
                unproven.add(
                        "whether an origin rule leads a planned name elsewhere ("
                                + diff.plan().zone().token()
                                + " may not read them): it would win over the record and make the"
                                + " switch void");
            }
        }
        return new Preflight(refusals, proven, unproven);
    }

    private JsonNode standing(PlanDiff diff, Listing listing, Call call) {
        return api.find(
                        diff.plan().zone().token(),
                        listing.path()
                                + "/rulesets/phases/"
                                + EdgePart.OriginRule.PHASE
                                + "/entrypoint",
                        call)
                .map(envelope -> envelope.path("result").path("rules"))
                .orElse(JsonNodeFactory.instance.arrayNode());
    }

    /** A rule with another host wins over the record of the name: writing that would do nothing, silently. */
    private void shadowed(DnsName name, JsonNode rules) {
        for (JsonNode rule : rules) {
            String expression = rule.path("expression").asText();
            boolean leads = rule.at("/action_parameters/origin/host").isTextual();
            if (leads
                    && rule.path("enabled").asBoolean(true)
                    && expression.contains('"' + name.value() + '"')) {
                refusals.add(
                        new Refusal(
                                "RuleShadows",
                                name.value(),
                                "origin rule '"
                                        + rule.path("ref").asText()
                                        + "' leads its visitors to "
                                        + rule.at("/action_parameters/origin/host").asText()
                                        + " and wins over its record: writing the record would"
                                        + " change nothing"));
            }
        }
    }

    private void offered(List<PlannedRule> planned, Listing listing) {
        for (PlannedRule rule : planned) {
            if (!rule.to().isPortAlone() && !listing.level().equals(ENTERPRISE)) {
                refusals.add(
                        new Refusal(
                                "RuleNotOffered",
                                rule.key().toString(),
                                "says more than a port, which the plan level '"
                                        + listing.level()
                                        + "' does not offer: Enterprise zones have host, host"
                                        + " header and SNI, all others a port alone"));
            }
        }
    }

    private void room(PlanDiff diff, int more, int standing, Listing listing) {
        int most = listing.mostRules();
        if (standing + more > most) {
            refusals.add(
                    new Refusal(
                            "RulesFull",
                            diff.plan().zone().name().value(),
                            "would hold "
                                    + (standing + more)
                                    + " origin rules, the plan level '"
                                    + listing.level()
                                    + "' allows "
                                    + most));
        }
        proven.add("plan level: " + standing + " of " + most + " origin rules");
    }
}
