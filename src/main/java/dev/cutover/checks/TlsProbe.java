package dev.cutover.checks;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.evidence.Evidence.TlsResult;
import dev.cutover.net.Directions;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.TlsFault;
import dev.cutover.net.Trust;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/**
 * Shakes hands with a name at a chosen address and says what is wrong with the certificate.
 *
 * <p>The name is sent by SNI and compared with the certificate, the chain is judged by the trusted
 * roots, dates by the system's clock, which the platform's judge does not let us choose. A wildcard
 * is tried by one name below it. Source: RFC 6066 section 3, RFC 9525 section 6.
 */
final class TlsProbe {
    private static final String BELOW_WILDCARD = "cutover-probe";
    private static final int MOST_ADDRESSES = 4;

    /** The kind of a subject alternative name. Source: RFC 5280 section 4.2.1.6, dNSName. */
    private static final int DNS_NAME = 2;

    private final Trust trust;
    private final EgressPolicy egress;

    TlsProbe(Trust trust, EgressPolicy egress) {
        this.trust = trust;
        this.egress = egress;
    }

    /**
     * One name.
     *
     * @throws PortException DENIED when the address may not be contacted
     */
    TlsResult probe(DnsName name, Directions directions, int port, Deadline deadline) {
        String host =
                name.value().startsWith("*.")
                        ? BELOW_WILDCARD + name.value().substring(1)
                        : name.value();
        // A wildcard's pin stands under its own name.
        return switch (directions.find(name.value(), deadline)) {
            case Directions.Found.OffThePin off ->
                    new TlsResult(name, Optional.empty(), name + " has no pinned address");
            case Directions.Found.Nowhere nowhere ->
                    new TlsResult(name, Optional.empty(), nowhere.why());
            case Directions.Found.At at ->
                    first(name, at.tlsName(host), at.addresses(), at.port().orElse(port), deadline);
        };
    }

    private TlsResult first(
            DnsName name, String host, List<InetAddress> addresses, int port, Deadline deadline) {
        String problem = "no address";
        int most = Math.min(addresses.size(), MOST_ADDRESSES);
        for (int i = 0; i < most; i++) {
            InetAddress address = addresses.get(i);
            egress.check(host, address);
            Deadline share = deadline.within(deadline.left().dividedBy(most - i));
            Socket socket = new Socket();
            String at = address.getHostAddress() + ":" + port;
            try (socket) {
                socket.connect(
                        new InetSocketAddress(address, port),
                        (int) Math.max(1, share.left().toMillis()));
                return shaken(name, host, at, socket, deadline);
            } catch (IOException e) {
                problem =
                        at
                                + ": "
                                + (share.passed()
                                        ? "no connection in time"
                                        : "no connection: " + e.getMessage());
            }
        }
        return new TlsResult(name, Optional.empty(), problem);
    }

    /** The handshake on a thread of its own: a peer that drips would outlast any read timeout. */
    private TlsResult shaken(DnsName name, String host, String at, Socket socket, Deadline deadline)
            throws IOException {
        Witness witness = new Witness(trust.judge());
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread unused =
                Thread.ofVirtual()
                        .name("tls-" + host)
                        .start(
                                () -> {
                                    try {
                                        shakeHands(host, socket, witness);
                                        done.complete(null);
                                    } catch (IOException
                                            | GeneralSecurityException
                                            | RuntimeException e) {
                                        done.completeExceptionally(e);
                                    }
                                });
        String problem = "";
        try {
            done.get(Math.max(1, deadline.left().toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            problem = at + ": the TLS handshake did not finish in time";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem = at + ": interrupted";
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            problem = at + ": " + TlsFault.describe(host, cause, witness.presented());
        } finally {
            // Ends the other thread's read, if it still reads.
            socket.close();
        }
        return new TlsResult(
                name,
                witness.presented().map(leaf -> leaf.getNotAfter().toInstant()),
                witness.presented().map(TlsProbe::organisation).orElse(""),
                witness.presented().map(leaf -> isWildcard(leaf, name)).orElse(false),
                problem);
    }

    /** Whether the certificate does not name what was asked for, but a wildcard. */
    private static boolean isWildcard(X509Certificate leaf, DnsName name) {
        try {
            List<String> names =
                    Optional.ofNullable(leaf.getSubjectAlternativeNames()).stream()
                            .flatMap(Collection::stream)
                            .filter(entry -> Integer.valueOf(DNS_NAME).equals(entry.getFirst()))
                            .map(entry -> String.valueOf(entry.get(1)))
                            .toList();
            return name.value().startsWith("*.")
                    || (names.stream().noneMatch(n -> n.equalsIgnoreCase(name.value()))
                            && names.stream().anyMatch(n -> n.startsWith("*.")));
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    /** The issuer's O, without which nothing is known of it. */
    private static String organisation(X509Certificate leaf) {
        try {
            return new LdapName(leaf.getIssuerX500Principal().getName())
                    .getRdns().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase("O"))
                            .map(rdn -> String.valueOf(rdn.getValue()))
                            .findFirst()
                            .orElse("");
        } catch (InvalidNameException e) {
            return "";
        }
    }

    private static void shakeHands(String host, Socket socket, Witness witness)
            throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {witness}, null);
        // Not closed here: whoever opened the socket below closes it.
        @SuppressWarnings("resource")
        SSLSocket tls =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(socket, host, socket.getPort(), false);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setSSLParameters(parameters);
        tls.startHandshake();
    }
}
