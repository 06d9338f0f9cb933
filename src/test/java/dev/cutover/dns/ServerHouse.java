package dev.cutover.dns;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.Secrets;
import dev.cutover.peer.PrimaryServer;
import dev.cutover.peer.Relay;
import dev.cutover.port.CallLog;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.DnsZone;
import dev.cutover.port.ZoneHouse;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** One zone of a real name server, reached over a line that can be cut. */
final class ServerHouse implements ZoneHouse {
    private static final Map<String, String> ENVIRONMENT =
            Map.of(
                    "READER",
                    PrimaryServer.READER_KEY,
                    "TSIG_KEY",
                    PrimaryServer.KEY,
                    "OTHER_SECRET",
                    "hmac-sha256:cutover:" + "b3RoZXIga2V5IDQ3MTEgZm9yIHRlc3RzIG9ubHkuLi4=",
                    "OTHER_NAME",
                    PrimaryServer.KEY.replace(":cutover:", ":stranger:"));

    private final DnsName apex;
    private final PrimaryServer server;
    private final Relay relay;
    private final List<ProviderCall> log = new CopyOnWriteArrayList<>();
    private final Rfc2136Zone zone = zone(log::add);

    ServerHouse(DnsName apex, PrimaryServer server) {
        this.apex = apex;
        this.server = server;
        this.relay = Relay.to(server.address());
    }

    /** The contract's records as lines of that zone's file. */
    static List<String> lines(String apex) {
        return ZoneHouse.RECORDS.stream()
                .map(
                        r -> {
                            String[] words = r.formatted(apex).split(" ", 3);
                            boolean isTarget = words[2].endsWith(apex);
                            return words[0]
                                    + " 3600 IN "
                                    + words[1]
                                    + " "
                                    + words[2]
                                    + (isTarget ? "." : "");
                        })
                .collect(Collectors.toCollection(ArrayList::new));
    }

    static Rfc2136Zone zone(CallLog log) {
        return new Rfc2136Zone(
                EgressPolicy.opening(List.of("127.0.0.0/8")),
                new Secrets(ENVIRONMENT.keySet(), Optional.empty(), ENVIRONMENT::get),
                log,
                InstantSource.system());
    }

    Relay relay() {
        return relay;
    }

    PrimaryServer server() {
        return server;
    }

    ZoneRef ref(String server, String variable) {
        return new ZoneRef("rfc2136", apex, Optional.of(server), "${env:" + variable + "}");
    }

    @Override
    public DnsZone zone() {
        return zone;
    }

    @Override
    public ZoneRef ref() {
        return ref(relay.address(), "TSIG_KEY");
    }

    @Override
    public DnsZone somebody() {
        return zone(CallLog.NONE);
    }

    @Override
    public ZoneRef somebodysRef() {
        return ref("127.0.0.1:" + server.address().getPort(), "TSIG_KEY");
    }

    @Override
    public ZoneRef unknown() {
        return new ZoneRef(
                "rfc2136",
                new DnsName("unknown.example"),
                Optional.of(relay.address()),
                "${env:TSIG_KEY}");
    }

    @Override
    public ZoneRef wrongSecret() {
        return ref(relay.address(), "OTHER_SECRET");
    }

    @Override
    public List<String> secrets() {
        return ENVIRONMENT.values().stream().map(v -> v.substring(v.lastIndexOf(':') + 1)).toList();
    }

    @Override
    public List<ProviderCall> log() {
        return log;
    }

    @Override
    public void loseNextAnswer() {
        relay.set(Relay.Line.LOSES_NEXT_ANSWER);
    }

    @Override
    public void refuse() {
        relay.close();
    }

    @Override
    public void hang() {
        relay.set(Relay.Line.HANGS);
    }

    @Override
    public void close() {
        relay.close();
    }
}
