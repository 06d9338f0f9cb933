package dev.cutover.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Whose certificates are believed: the system's roots, and those of one more PEM file where named. */
public final class Trust {
    private static final long MOST_BYTES = 1 << 20;

    private final X509ExtendedTrustManager judge;

    private Trust(X509ExtendedTrustManager judge) {
        this.judge = judge;
    }

    /** The system's roots alone. */
    public static Trust system() {
        return withExtra(Optional.empty());
    }

    /**
     * The system's roots and the certificates of a PEM file.
     *
     * @throws IllegalArgumentException when the file cannot be read or holds no certificate
     */
    public static Trust withExtra(Optional<Path> pem) {
        try {
            KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
            roots.load(null, null);
            int n = 0;
            for (X509Certificate root : judge(null).getAcceptedIssuers()) {
                roots.setCertificateEntry("system-" + n++, root);
            }
            if (pem.isPresent()) {
                for (Certificate root : read(pem.get())) {
                    roots.setCertificateEntry("extra-" + n++, root);
                }
            }
            return new Trust(judge(roots));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the system's trusted roots cannot be read", e);
        }
    }

    /** Judges chains, host names included when the connection asks for that. */
    public X509ExtendedTrustManager judge() {
        return judge;
    }

    private static Collection<? extends Certificate> read(Path pem) {
        try {
            if (Files.size(pem) > MOST_BYTES) {
                throw new IllegalArgumentException(
                        "trust file "
                                + pem
                                + ": expected at most "
                                + MOST_BYTES
                                + " bytes, seen "
                                + Files.size(pem));
            }
            try (InputStream in = Files.newInputStream(pem)) {
                Collection<? extends Certificate> found =
                        CertificateFactory.getInstance("X.509").generateCertificates(in);
                if (found.isEmpty()) {
                    throw new IllegalArgumentException(
                            "trust file " + pem + ": expected PEM certificates, seen none");
                }
                return found;
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "trust file " + pem + ": expected PEM certificates, cannot be read (" + e + ")",
                    e);
        }
    }

    /** The platform's judge over these roots; null means the system's. */
    private static X509ExtendedTrustManager judge(@org.jspecify.annotations.Nullable KeyStore roots)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(roots);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance)
                .map(X509ExtendedTrustManager.class::cast)
                .findFirst()
                .orElseThrow(() -> new GeneralSecurityException("no X.509 trust manager"));
    }
}
