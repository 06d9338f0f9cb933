package dev.cutover.peer;

import dev.cutover.core.dns.DnsName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;
import org.xbill.DNS.dnssec.ValidatingResolver;

/** A resolver that believes nothing without a signature, and trusts one zone's own keys. */
public final class Validator {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final List<Integer> ASKED = List.of(Type.A, Type.AAAA, Type.TXT, Type.MX);

    private final DnsName zone;
    private final InetSocketAddress server;

    private Validator(DnsName zone, InetSocketAddress server) {
        this.zone = zone;
        this.server = server;
    }

    public static Validator of(DnsName zone, InetSocketAddress server) {
        return new Validator(zone, server);
    }

    /** Waits until the server has signed the zone, for a minute at most. */
    public void awaitSigned(DnsName name) {
        long until = System.nanoTime() + LIMIT.toNanos();
        while (!unproven(name).isEmpty() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /**
     * Which answers about these names are not signed and proven, the absence of types and of names
     * included; empty when the zone is as it should be.
     */
    public List<String> unproven(DnsName... names) {
        return Arrays.stream(names)
                .flatMap(
                        name ->
                                ASKED.stream()
                                        .filter(type -> !isProven(name, type))
                                        .map(type -> name + " " + Type.string(type)))
                .toList();
    }

    /**
     * What BIND's own validator does not believe about the addresses of these names; empty when it believes
     * all, the absence of a name included.
     */
    public List<String> delv(DnsName... names) {
        Path program = Peers.need(Peers.program("delv"), "the validator delv", "bind9-dnsutils");
        try {
            Path anchors = Files.createTempFile("anchors", ".conf");
            try {
                Files.writeString(anchors, anchors());
                List<String> doubted = new ArrayList<>();
                for (DnsName name : names) {
                    String said = said(program, anchors, name);
                    if (!said.contains("; fully validated")
                            && !said.contains("; negative response, fully validated")) {
                        doubted.add(name + ": " + said.strip());
                    }
                }
                return doubted;
            } finally {
                Files.delete(anchors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String said(Path program, Path anchors, DnsName name) throws IOException {
        Process delv =
                new ProcessBuilder(
                                program.toString(),
                                "@" + server.getAddress().getHostAddress(),
                                "-p",
                                String.valueOf(server.getPort()),
                                "-a",
                                anchors.toString(),
                                "+root=" + zone,
                                name + ".",
                                "A")
                        .redirectErrorStream(true)
                        .start();
        try {
            if (!delv.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return "no answer within " + LIMIT.toSeconds() + " s";
            }
            return new String(delv.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } finally {
            delv.destroyForcibly();
        }
    }

    /** The zone's entry points as BIND reads them. */
    private String anchors() {
        return ask(resolver(), zone, Type.DNSKEY).getSection(Section.ANSWER).stream()
                .filter(r -> r instanceof DNSKEYRecord key && isEntryPoint(key))
                .map(DNSKEYRecord.class::cast)
                .map(
                        key ->
                                "\"%s.\" static-key %d %d %d \"%s\";"
                                        .formatted(
                                                zone,
                                                key.getFlags(),
                                                key.getProtocol(),
                                                key.getAlgorithm(),
                                                Base64.getEncoder().encodeToString(key.getKey())))
                .collect(Collectors.joining("\n", "trust-anchors {\n", "\n};\n"));
    }

    /** The zone's version. */
    public long serial() {
        return ask(resolver(), zone, Type.SOA).getSection(Section.ANSWER).stream()
                .filter(SOARecord.class::isInstance)
                .mapToLong(r -> ((SOARecord) r).getSerial())
                .findFirst()
                .orElseThrow();
    }

    /** What the server says about a name's addresses. */
    public Set<String> answers(DnsName name) {
        return ask(resolver(), name, Type.A).getSection(Section.ANSWER).stream()
                .map(Record::rdataToString)
                .collect(Collectors.toSet());
    }

    private boolean isProven(DnsName name, int type) {
        List<String> keys =
                ask(resolver(), zone, Type.DNSKEY).getSection(Section.ANSWER).stream()
                        .filter(r -> r instanceof DNSKEYRecord key && isEntryPoint(key))
                        .map(Record::toString)
                        .toList();
        if (keys.isEmpty()) {
            return false;
        }
        ValidatingResolver validating = new ValidatingResolver(resolver());
        try {
            validating.loadTrustAnchors(
                    new ByteArrayInputStream(
                            (String.join("\n", keys) + "\n").getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Message answer = ask(validating, name, type);
        return answer.getHeader().getFlag(Flags.AD)
                && (answer.getRcode() == Rcode.NOERROR || answer.getRcode() == Rcode.NXDOMAIN);
    }

    /** Keys that sign keys; a parent would vouch for these. Source: RFC 4034 section 2.1.1, SEP. */
    private static boolean isEntryPoint(DNSKEYRecord key) {
        return (key.getFlags() & 1) == 1;
    }

    private SimpleResolver resolver() {
        SimpleResolver resolver = new SimpleResolver(server);
        resolver.setTCP(true);
        resolver.setTimeout(Duration.ofSeconds(30));
        return resolver;
    }

    private static Message ask(Resolver resolver, DnsName name, int type) {
        try {
            return resolver.send(
                    Message.newQuery(
                            Record.newRecord(Name.fromString(name + "."), type, DClass.IN)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
