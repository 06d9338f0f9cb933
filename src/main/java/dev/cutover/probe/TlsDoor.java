package dev.cutover.probe;

import dev.cutover.net.Trust;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.xbill.DNS.Address;

/// Lets nobody in whose certificate is not the expected server's.
///
/// By name: a trusted chain that is valid for it. By pin: that very public key, whoever signed it.
/// With both, both. Nothing is asked before that is settled. Source: RFC 8310 sections 8.1 and 8.2,
/// RFC 7858 section 4.2.
final class TlsDoor {

    private final SSLContext byName;
    private final SSLContext byPin;

    TlsDoor(Trust trust) {
        this.byName = context(trust.judge());
        this.byPin = context(new PinComesLater());
    }

    private static SSLContext context(TrustManager judge) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {judge}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /// Shakes hands on a connected socket.
    ///
    /// @throws IOException when the peer is not who it should be; the caller closes the socket
    SSLSocket open(Socket plain, InetSocketAddress address, Transport.Tls tls) throws IOException {
        boolean named = !tls.name().isBlank();
        String peer = named ? tls.name() : address.getAddress().getHostAddress();
        SSLSocket socket =
                (SSLSocket)
                        (named ? byName : byPin)
                                .getSocketFactory()
                                .createSocket(plain, peer, address.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"dot"});
        if (named) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            if (!Address.isDottedQuad(peer) && peer.indexOf(':') < 0) {
                parameters.setServerNames(List.of(new SNIHostName(peer)));
            }
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        if (!tls.pins().isEmpty()) {
            String seen = pin((X509Certificate) socket.getSession().getPeerCertificates()[0]);
            if (!tls.pins().contains(seen)) {
                throw new SSLException(
                        "the certificate's key is none of the pinned ones; seen " + seen);
            }
        }
        return socket;
    }

    static String pin(X509Certificate certificate) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(certificate.getPublicKey().getEncoded());
            return Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /// Judges nothing: the key is compared with the pins as soon as it has proven to be the peer's.
    private static final class PinComesLater extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
