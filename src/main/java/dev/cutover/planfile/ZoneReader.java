package dev.cutover.planfile;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.Plan;
import dev.cutover.net.HostPort;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Where the records live, and what a plan cannot ask of a provider that only serves DNS. */
final class ZoneReader {
    /** A name server with zone transfers and dynamic updates. */
    private static final String RFC2136 = "rfc2136";

    private static final int DNS_PORT = 53;

    private ZoneReader() {}

    static Optional<Plan.ZoneRef> read(Value value, PlanFile.Context context) {
        return value.fields(Section.ZONE).flatMap(in -> read(in, context));
    }

    private static Optional<Plan.ZoneRef> read(Fields in, PlanFile.Context context) {
        Optional<String> provider =
                in.read(
                        "provider",
                        v -> v.oneOf(Words.of(context.providers())),
                        "cloudflare",
                        Function.identity());
        Optional<DnsName> name =
                in.need("name", "acme.example").flatMap(Names::complete).filter(n -> isZone(in, n));
        boolean isServer = provider.filter(RFC2136::equals).isPresent();
        Optional<Optional<String>> server = server(in, isServer);
        String secret = isServer ? "key" : "token";
        refuse(in, isServer ? "token" : "key", "write '" + secret + "'");
        Optional<String> token =
                in.need(
                                secret,
                                isServer
                                        ? "\"${env:TSIG_KEY}\""
                                        : "\"${env:CLOUDFLARE_API_TOKEN}\"")
                        .flatMap(v -> SecretReference.read(v, context));
        return provider.isPresent() && name.isPresent() && server.isPresent() && token.isPresent()
                ? Optional.of(
                        new Plan.ZoneRef(provider.get(), name.get(), server.get(), token.get()))
                : Optional.empty();
    }

    private static Optional<Optional<String>> server(Fields in, boolean needed) {
        if (!needed) {
            refuse(in, "server", "remove it");
            return Optional.of(Optional.empty());
        }
        return in.need("server", "ns1.acme.example")
                .flatMap(
                        v ->
                                v.text(HostPort.LONGEST)
                                        .flatMap(
                                                text -> {
                                                    try {
                                                        return Optional.of(
                                                                Optional.of(
                                                                        HostPort.parse(
                                                                                        text,
                                                                                        DNS_PORT)
                                                                                .toString()));
                                                    } catch (IllegalArgumentException e) {
                                                        v.wrong(String.valueOf(e.getMessage()));
                                                        return Optional.empty();
                                                    }
                                                }));
    }

    /** A key of the other kind of provider. */
    private static void refuse(Fields in, String key, String instead) {
        boolean isKeyOfServers = !key.equals("token");
        in.get(key)
                .ifPresent(
                        v ->
                                v.wrong(
                                        (isKeyOfServers
                                                        ? "is for provider " + RFC2136 + " only; "
                                                        : "is not for provider " + RFC2136 + "; ")
                                                + instead));
    }

    private static boolean isZone(Fields in, DnsName name) {
        if (name.value().indexOf('.') > 0 && !name.value().startsWith("*")) {
            return true;
        }
        in.get("name")
                .ifPresent(v -> v.wrong("expected a zone such as acme.example, seen " + name));
        return false;
    }

    /** Whether the plan names a provider that only serves DNS; also where the rest of its zone is wrong. */
    static boolean servesDnsOnly(Fields file) {
        return file
                .get("zone")
                .filter(zone -> zone.node() instanceof MappingNode)
                .map(zone -> ((MappingNode) zone.node()).getValue())
                .orElse(List.of())
                .stream()
                .anyMatch(
                        tuple ->
                                tuple.getKeyNode() instanceof ScalarNode key
                                        && key.getValue().equals("provider")
                                        && tuple.getValueNode() instanceof ScalarNode value
                                        && value.getValue().equals(RFC2136));
    }

    /** Notes everything the plan asks of an edge where the zone's provider has none. */
    static void checkEdge(Fields file) {
        if (!servesDnsOnly(file)) {
            return;
        }
        for (String section : List.of("edge", "origins", "origin-rules")) {
            if (file.section().keys().contains(section)) {
                file.get(section).ifPresent(ZoneReader::refuseEdge);
            }
        }
        file.get("watch").ifPresent(ZoneReader::refuseFigures);
    }

    private static void refuseEdge(Value section) {
        if (!(section.node() instanceof MappingNode keys)) {
            section.wrong(noEdge());
            return;
        }
        for (NodeTuple tuple : keys.getValue()) {
            boolean harmless =
                    tuple.getKeyNode() instanceof ScalarNode key
                            && key.getValue().equals("purge")
                            && tuple.getValueNode() instanceof ScalarNode value
                            && value.getValue().equals("nothing");
            if (!harmless && tuple.getKeyNode() instanceof ScalarNode key) {
                section.findings().at(key, section.child(key.getValue()), noEdge());
            }
        }
    }

    private static void refuseFigures(Value watch) {
        if (!(watch.node() instanceof MappingNode keys)) {
            return;
        }
        for (NodeTuple tuple : keys.getValue()) {
            if (tuple.getValueNode() instanceof SequenceNode sources) {
                for (Node source : sources.getValue()) {
                    if (source instanceof ScalarNode word && word.getValue().equals("cloudflare")) {
                        watch.findings()
                                .at(
                                        word,
                                        watch.child("sources"),
                                        "provider "
                                                + RFC2136
                                                + " counts no requests and errors; write [probes]");
                    }
                }
            }
        }
    }

    private static String noEdge() {
        return "provider " + RFC2136 + " serves DNS only, it has no edge or cache; remove it";
    }
}
