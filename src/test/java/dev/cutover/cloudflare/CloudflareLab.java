package dev.cutover.cloudflare;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.cloudflare.CloudflareAccount;
import dev.cutover.lab.cloudflare.RecordDraft;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.lab.cloudflare.ZoneState;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.net.Trust;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.Deadline;
import dev.cutover.port.Fence;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// The lab's Cloudflare with one zone, and the adapters that speak to it over HTTP.
public final class CloudflareLab implements AutoCloseable {
    public static final String SECRET = "planted-token-4711";
    public static final DnsName ACME = new DnsName("acme.example");
    public static final ZoneRef REF = new ZoneRef("cloudflare", ACME, "${env:CF_TOKEN}");

    public final LabClock clock = new LabClock();
    public final CloudflareAccount account = new CloudflareAccount(clock, 7);
    public final ZoneState state;
    public final dev.cutover.lab.cloudflare.CloudflareApi server =
            new dev.cutover.lab.cloudflare.CloudflareApi(account, CallTap.NONE);
    public final List<ProviderCall> log = new CopyOnWriteArrayList<>();
    public final Map<String, String> environment =
            new ConcurrentHashMap<>(Map.of("CF_TOKEN", SECRET, "TOKEN", SECRET));

    private final Vertx vertx = Vertx.vertx();
    private final PinnedHttp http =
            new PinnedHttp(vertx, Trust.system(), EgressPolicy.opening(List.of("127.0.0.0/8")));
    private final Secrets secrets =
            new Secrets(Set.of("CF_TOKEN", "TOKEN"), Optional.empty(), environment::get);

    /// An account whose token may do everything, and an empty zone.
    public CloudflareLab(ZonePlan plan) {
        state =
                account.addZone(
                        "acme.example", plan, List.of("ns1.lab.example"), List.of("127.60.0.1"));
        account.allow(SECRET);
    }

    CloudflareLab() {
        this(ZonePlan.PRO);
        state.addByHand(
                RecordDraft.of("A", "www", "127.50.0.1", 1, true)
                        .withComment("web")
                        .withTags(List.of("team:web")));
        state.addByHand(RecordDraft.of("A", "www", "127.50.0.2", 1, true));
        state.addByHand(RecordDraft.of("A", "api", "127.50.0.1", 3600, false));
        state.addByHand(RecordDraft.of("CNAME", "shop", "WWW.acme.example", 3600, false));
        state.addByHand(RecordDraft.of("AAAA", "v6", "2001:DB8:0::1", 300, false));
        state.addByHand(
                RecordDraft.of("MX", "@", "mail.acme.example", 3600, false).withPriority(10));
        state.addByHand(RecordDraft.of("TXT", "@", "v=spf1 -all", 3600, false));
        state.addByHand(
                RecordDraft.ofData(
                        "CAA",
                        "@",
                        Map.of("flags", 0L, "tag", "issue", "value", "ca.example"),
                        600));
    }

    public CloudflareApi api() {
        return api(server.endpoint());
    }

    public CloudflareApi api(URI endpoint) {
        return new CloudflareApi(endpoint, http, secrets, log::add, clock);
    }

    public static Call reading() {
        return Call.reading("acme-1", "zone", Deadline.in(Duration.ofMinutes(1)));
    }

    public static Call writing() {
        return writing(Fence.OPEN);
    }

    public static Call writing(Fence fence) {
        return new Call("acme-1", "acme-1/switch-1/1", Deadline.in(Duration.ofMinutes(1)), fence);
    }

    @Override
    public void close() {
        server.close();
        http.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
