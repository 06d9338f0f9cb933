package dev.cutover.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Which identifier and plan a zone has at Cloudflare, asked once for each zone and token. */
final class ZoneDirectory {
    private static final Pattern IDENTIFIER = Pattern.compile("[0-9a-f]{32}");
    private static final int MOST_KNOWN = 1_000;

    /**
     * A zone as the API knows it.
     *
     * @param account the identifier of the account it is in
     * @param level its subscription, such as {@code free} or {@code pro}
     */
    record Listing(String id, String account, String level) {
        /** Whether its subscription is the free one, which has the smaller limits. */
        boolean free() {
            return level.equals("free");
        }

        /** How many rules a phase may hold. Source: Cloudflare plan limits, 2026. */
        int mostRules() {
            return switch (level) {
                case "pro" -> 25;
                case "business" -> 50;
                case "enterprise" -> 300;
                // An unknown plan counts as free: the smaller limit is right for all.
                default -> 10;
            };
        }

        String path() {
            return "/zones/" + id;
        }
    }

    private final CloudflareApi api;
    private final Map<ZoneRef, Listing> known = new ConcurrentHashMap<>();

    ZoneDirectory(CloudflareApi api) {
        this.api = api;
    }

    /**
     * The zone's listing.
     *
     * @throws PortException PERMANENT when the token sees no such active zone, or more than one
     */
    Listing find(ZoneRef zone, Call call) {
        Listing listing = known.get(zone);
        if (listing == null) {
            listing = ask(zone, call);
            if (known.size() >= MOST_KNOWN) {
                known.clear();
            }
            known.put(zone, listing);
        }
        return listing;
    }

    /** The listing without asking anybody. */
    Optional<Listing> remembered(ZoneRef zone) {
        return Optional.ofNullable(known.get(zone));
    }

    /** Asks anew next time, as when the zone's identifier is not known any more. */
    void forget(ZoneRef zone) {
        known.remove(zone);
    }

    private Listing ask(ZoneRef zone, Call call) {
        String name = zone.name().value();
        JsonNode envelope =
                api.read(
                        zone.token(),
                        "/zones?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8),
                        call);
        List<JsonNode> active = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (JsonNode found : envelope.path("result")) {
            if (!found.path("name").asText().toLowerCase(Locale.ROOT).equals(name)) {
                continue;
            }
            String status = found.path("status").asText();
            if (status.equals("active")) {
                active.add(found);
            } else {
                others.add(status);
            }
        }
        if (active.size() > 1) {
            throw PortException.lasting(
                    "zone "
                            + name
                            + " is active in "
                            + active.size()
                            + " Cloudflare accounts that "
                            + zone.token()
                            + " sees; use a token of one account");
        }
        if (active.isEmpty()) {
            throw PortException.lasting(
                    others.isEmpty()
                            ? "zone "
                                    + name
                                    + " is not among the Cloudflare zones that "
                                    + zone.token()
                                    + " sees; check its name and the token's zone permission"
                            : "zone "
                                    + name
                                    + " is '"
                                    + others.get(0)
                                    + "' at Cloudflare, not 'active': its records are not served");
        }
        String id = active.get(0).path("id").asText();
        if (!IDENTIFIER.matcher(id).matches()) {
            throw PortException.passing("zone " + name + ": Cloudflare gave no usable identifier");
        }
        // An unknown plan counts as free: the smaller limit is right for all.
        String plan = active.get(0).path("plan").path("legacy_id").asText("free");
        String account = active.get(0).path("account").path("id").asText();
        return new Listing(id, account, plan);
    }
}
