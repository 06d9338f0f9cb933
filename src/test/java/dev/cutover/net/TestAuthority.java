package dev.cutover.net;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A certificate authority for tests: its own for each, right and wrong certificates on demand.
public final class TestAuthority {
    private static final char[] PASSWORD = "test".toCharArray();
    private final KeyPair keys = newKeys();
    private final String name;
    private final X509Certificate root;

    public TestAuthority() {
        this("Test authority");
    }

    public TestAuthority(String name) {
        this.name = name;
        Instant now = Instant.now();
        this.root =
                issue(keys, now.minus(Duration.ofDays(30)), now.plus(Duration.ofDays(30)), "root");
    }

    /// Trusts the system's roots and this authority.
    public Trust trust(Path folder) {
        return Trust.withExtra(java.util.Optional.of(writeTo(folder)));
    }

    public Path writeTo(Path folder) {
        try {
            String base64 =
                    Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(root.getEncoded());
            return Files.writeString(
                    folder.resolve("ca.pem"),
                    "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// What a server needs to present a good certificate for these names.
    public SSLContext serverFor(String... names) {
        Instant now = Instant.now();
        return server(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(10)), names);
    }

    public SSLContext server(Instant from, Instant until, String... names) {
        try {
            KeyPair own = newKeys();
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setKeyEntry(
                    "server",
                    own.getPrivate(),
                    PASSWORD,
                    new X509Certificate[] {issue(own, from, until, names)});
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// A good certificate and its key for these names in PEM, as other servers want them.
    public record Pem(String certificate, String key) {}

    public Pem pemFor(String... names) {
        try {
            KeyPair own = newKeys();
            Instant now = Instant.now();
            X509Certificate certificate =
                    issue(own, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(10)), names);
            return new Pem(
                    pem("CERTIFICATE", certificate.getEncoded()),
                    pem("PRIVATE KEY", own.getPrivate().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(String what, byte[] bytes) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
    }

    private X509Certificate issue(KeyPair own, Instant from, Instant until, String... names) {
        try {
            boolean isRoot = own == keys;
            var builder =
                    new JcaX509v3CertificateBuilder(
                            new X500Name("CN=" + name),
                            new BigInteger(62, new SecureRandom()).add(BigInteger.ONE),
                            Date.from(from),
                            Date.from(until),
                            new X500Name("CN=" + (isRoot ? name : "server")),
                            own.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isRoot));
            if (!isRoot) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(
                                Arrays.stream(names)
                                        .map(n -> new GeneralName(GeneralName.dNSName, n))
                                        .toArray(GeneralName[]::new)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(keys.getPrivate())));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
