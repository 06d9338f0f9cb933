package dev.cutover.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.cloudflare.ZoneDirectory.Listing;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Preflight;
import dev.cutover.port.Call;
import dev.cutover.port.DnsZone;
import dev.cutover.port.PortException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A zone at Cloudflare.
 *
 * <p>One batch is one transaction: deletes, patches, posts; a failure applies nothing. The edge takes
 * the new records over one by one, so what is served must be looked at. Source: Cloudflare docs,
 * dns/manage-dns-records/how-to/batch-record-changes, 2026-11.
 */
public final class CloudflareZone implements DnsZone {
    /** Operations in one batch: 200 on the free plan, 3,500 on the others. */
    private static final int FREE_BATCH = 200;

    private static final int PAID_BATCH = 3_500;

    // The largest page clients use. Most zones fit into one, which makes the listing one look.
    private static final int PAGE = 5_000;
    private static final int MOST_PAGES = 10;

    private final CloudflareApi api;

    public CloudflareZone(CloudflareApi api) {
        this.api = api;
    }

    @Override
    public String provider() {
        return "cloudflare";
    }

    @Override
    public ZoneView read(ZoneRef zone, Call call) {
        // The beginning of the read: a write that lands in the middle of it may be missing from the
        // view.
        Instant startedAt = api.now();
        Listing listing = api.directory().find(zone, call);
        List<DnsRecord> records = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        long total = -1;
        for (int page = 1; page <= MOST_PAGES; page++) {
            JsonNode envelope =
                    page(
                            zone,
                            listing.path() + "/dns_records?per_page=" + PAGE + "&page=" + page,
                            call);
            JsonNode result = envelope.path("result");
            JsonNode info = envelope.path("result_info");
            if (!result.isArray()) {
                throw PortException.passing(
                        "zone " + zone.name() + ": Cloudflare listed no records at all");
            }
            long said = info.path("total_count").asLong(result.size());
            for (JsonNode node : result) {
                boolean fresh = ids.add(node.path("id").asText());
                if (!fresh || (total >= 0 && said != total)) {
                    throw PortException.passing(
                            "zone "
                                    + zone.name()
                                    + " changed while its pages were read; read it again");
                }
                RecordJson.record(node).ifPresent(records::add);
            }
            total = said;
            if (ids.size() >= total || result.isEmpty()) {
                if (ids.size() != total) {
                    throw PortException.passing(
                            "zone "
                                    + zone.name()
                                    + ": Cloudflare listed "
                                    + ids.size()
                                    + " of "
                                    + total
                                    + " records");
                }
                return new ZoneView(zone.name(), records, startedAt);
            }
        }
        throw PortException.lasting(
                "zone " + zone.name() + " has more than " + PAGE * MOST_PAGES + " records");
    }

    @Override
    public void apply(ZoneRef zone, List<RecordWrite> writes, Call call) {
        if (writes.isEmpty()) {
            return;
        }
        Listing listing = api.directory().find(zone, call);
        if (writes.size() > mostWrites(zone)) {
            throw PortException.lasting(
                    "zone %s: %d writes do not fit into one transaction of %d; nothing was changed"
                            .formatted(zone.name(), writes.size(), mostWrites(zone)));
        }
        try {
            JsonNode unused =
                    api.write(
                            listing.path() + "/dns_records/batch",
                            RecordJson.batch(writes),
                            call,
                            zone.token());
        } catch (PortException e) {
            forgetIfGone(zone, e);
            throw e;
        }
    }

    @Override
    public int mostWrites(ZoneRef zone) {
        return api.directory().remembered(zone).map(Listing::free).orElse(true)
                ? FREE_BATCH
                : PAID_BATCH;
    }

    @Override
    public int mostListed() {
        return PAGE;
    }

    @Override
    public Preflight look(PlanDiff diff, Call call) {
        return new CloudflarePreflight(api).look(diff, call);
    }

    @Override
    public Preflight prove(PlanDiff diff, Call call) {
        return new CloudflarePreflight(api).prove(diff, call);
    }

    private JsonNode page(ZoneRef zone, String path, Call call) {
        try {
            return api.read(zone.token(), path, call);
        } catch (PortException e) {
            forgetIfGone(zone, e);
            throw e;
        }
    }

    /** A zone that was removed and added again has another identifier. */
    private void forgetIfGone(ZoneRef zone, PortException e) {
        if (e.category() != PortException.Category.TRANSIENT) {
            api.directory().forget(zone);
        }
    }
}
