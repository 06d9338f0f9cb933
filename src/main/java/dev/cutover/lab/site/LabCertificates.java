package dev.cutover.lab.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The lab's certificate authority: issues server certificates for names of the lab and trusts
 * nothing else.
 *
 * <p>A new authority per world, keys on P-256, its key never leaves memory. Safe for many threads.
 */
public final class LabCertificates {

    private static final Duration VALID = Duration.ofDays(90);
    // The lab's clock may jump days ahead of the system's clock, and a peer may check by either.
    private static final Duration BACKDATED = Duration.ofDays(2);

    /** A certificate with its key, as a server presents it. */
    public record Identity(X509Certificate certificate, PrivateKey key) {}

    private final InstantSource clock;
    private final KeyPair keys;
    private final X509Certificate authority;
    private final SecureRandom random = new SecureRandom();

    /** A fresh authority, valid from now for a year. */
    public LabCertificates(InstantSource clock) {
        this.clock = clock;
        this.keys = newKeys();
        var now = clock.instant();
        this.authority =
                issued(
                        "CN=Lab authority",
                        keys,
                        List.of(),
                        now.minus(BACKDATED).minus(Duration.ofDays(30)),
                        now.plus(Duration.ofDays(365)));
    }

    /** A certificate for these names, valid for about 90 days; {@code *.} names are allowed. */
    public Identity serverFor(String... names) {
        var now = clock.instant();
        return server(Arrays.asList(names), now.minus(BACKDATED), now.plus(VALID));
    }

    /** A certificate for these names that ended yesterday. */
    public Identity expiredFor(String... names) {
        var now = clock.instant();
        return server(
                Arrays.asList(names),
                now.minus(Duration.ofDays(20)),
                now.minus(Duration.ofDays(1)));
    }

    /** The authority's certificate as PEM text. */
    public String authorityPem() {
        return pem(authority);
    }

    /** Writes the authority's certificate to a trust file and returns it. */
    public Path writeTrust(Path file) {
        try {
            return Files.writeString(file, authorityPem());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the lab's trust file " + file, e);
        }
    }

    /** A client's context that trusts this authority and nothing else. */
    public SSLContext clientContext() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust(), random);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS in this JVM", e);
        }
    }

    /** A certificate as PEM text. */
    public static String pem(X509Certificate certificate) {
        try {
            var base64 =
                    Base64.getMimeEncoder(64, new byte[] {'\n'})
                            .encodeToString(certificate.getEncoded());
            return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that does not encode", e);
        }
    }

    /** A key as PEM text (PKCS #8), for servers that read files. */
    public static String pem(PrivateKey key) {
        var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n";
    }

    private TrustManager[] trust() {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("lab", authority);
            var factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("no trust store in this JVM", e);
        }
    }

    private Identity server(List<String> names, Instant from, Instant until) {
        var own = newKeys();
        return new Identity(
                issued("CN=" + names.get(0), own, names, from, until), own.getPrivate());
    }

    private X509Certificate issued(
            String subject, KeyPair own, List<String> names, Instant from, Instant until) {
        try {
            var builder =
                    new JcaX509v3CertificateBuilder(
                            new X500Name("CN=Lab authority"),
                            new BigInteger(63, random).setBit(62),
                            Date.from(from),
                            Date.from(until),
                            new X500Name(subject),
                            own.getPublic());
            if (names.isEmpty()) {
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
            } else {
                forServer(builder, names);
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (OperatorCreationException | CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException("cannot issue a certificate for " + subject, e);
        }
    }

    private static void forServer(X509v3CertificateBuilder builder, List<String> names)
            throws CertIOException {
        var alternatives =
                names.stream()
                        .map(name -> new GeneralName(GeneralName.dNSName, name))
                        .toArray(GeneralName[]::new);
        builder.addExtension(
                Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
    }

    private static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no P-256 in this JVM", e);
        }
    }
}
