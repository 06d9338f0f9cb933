package dev.cutover.checks;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Remembers the certificate a server presented, also one that is then refused; judges nothing itself. */
final class Witness extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager judge;
    private volatile Optional<X509Certificate> presented = Optional.empty();

    Witness(X509ExtendedTrustManager judge) {
        this.judge = judge;
    }

    /** The leaf certificate seen; empty until a server presented one. */
    Optional<X509Certificate> presented() {
        return presented;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyType, Socket socket)
            throws CertificateException {
        see(chain);
        judge.checkServerTrusted(chain, keyType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyType, SSLEngine engine)
            throws CertificateException {
        see(chain);
        judge.checkServerTrusted(chain, keyType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyType)
            throws CertificateException {
        see(chain);
        judge.checkServerTrusted(chain, keyType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType, Socket socket)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge.getAcceptedIssuers();
    }

    private void see(X509Certificate[] chain) {
        presented = chain.length == 0 ? Optional.empty() : Optional.of(chain[0]);
    }
}
