package dev.cutover.run;

import dev.cutover.checks.HttpSiteChecks;
import dev.cutover.cloudflare.CloudflareApi;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.net.Trust;
import dev.cutover.port.CallLog;
import dev.cutover.probe.ProbeEngine;
import dev.cutover.probe.ProbeLimits;
import dev.cutover.probe.ProbedResolvers;
import dev.cutover.probe.ResolverList;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** A lab's world and the product's own adapters that reach it, over sockets, by the lab's settings. */
public final class LabClients implements AutoCloseable {
    /** The lab's time; jumps are asked of it. */
    public final LabClock clock = new LabClock();

    public final LabWorld lab;
    public final HttpSiteChecks checks;
    final ProbedResolvers resolvers;
    final CloudflareApi api;
    private final Vertx vertx = Vertx.vertx();
    private final ProbeEngine probes;
    private final PinnedHttp http;

    /** Starts all of it. */
    public LabClients(Path folder, ZonePlan level, ProbeLimits limits)
            throws IOException, ResolverList.InvalidException {
        lab = new LabWorld(folder, clock, CallTap.NONE, LabWorld.Peers.BUILT_IN, level);
        Map<String, String> env = lab.environment();
        Trust trust = Trust.withExtra(Optional.of(Path.of(get(env, "CUTOVER_TLS_TRUST_FILE"))));
        EgressPolicy egress = EgressPolicy.opening(List.of("127.0.0.0/8"));
        http = new PinnedHttp(vertx, trust, egress);
        probes = new ProbeEngine(limits);
        resolvers =
                new ProbedResolvers(
                        probes,
                        ResolverList.read(Path.of(get(env, "CUTOVER_DNS_RESOLVERS"))),
                        Integer.parseInt(get(env, "CUTOVER_DNS_AUTHORITY_PORT")),
                        Duration.ofSeconds(2),
                        clock);
        checks = new HttpSiteChecks(http, trust, egress, resolvers, clock);
        api =
                new CloudflareApi(
                        URI.create(get(env, "CUTOVER_CLOUDFLARE_URL")),
                        http,
                        new Secrets(Set.of("LAB_TOKEN"), Optional.empty(), env::get),
                        CallLog.NONE,
                        clock);
    }

    @Override
    public void close() {
        probes.close();
        http.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        lab.close();
    }

    private static String get(Map<String, String> env, String name) {
        return Objects.requireNonNull(env.get(name), name);
    }
}
