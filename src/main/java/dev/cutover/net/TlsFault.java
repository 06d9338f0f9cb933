package dev.cutover.net;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in one line why a handshake failed, in an operator's words. */
public final class TlsFault {
    private static final int MOST_NAMES = 10;

    private TlsFault() {}

    /** Whether a failure is one of TLS at all. */
    public static boolean isTls(@Nullable Throwable failure) {
        return failure instanceof SSLException
                || failure instanceof CertificateException
                || (failure != null && isTls(failure.getCause()));
    }

    /**
     * The reason in words.
     *
     * @param name the name asked for
     * @param presented the leaf certificate the server presented, where it was seen
     */
    public static String describe(
            String name, Throwable failure, Optional<X509Certificate> presented) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof CertificateExpiredException) {
                return presented
                        .map(leaf -> "certificate expired at " + leaf.getNotAfter().toInstant())
                        .orElse("certificate expired");
            }
            if (at instanceof CertificateNotYetValidException) {
                return presented
                        .map(
                                leaf ->
                                        "certificate valid only from "
                                                + leaf.getNotBefore().toInstant())
                        .orElse("certificate not valid yet");
            }
            if (at instanceof CertPathBuilderException) {
                return "certificate from an unknown issuer"
                        + presented
                                .map(leaf -> " '" + leaf.getIssuerX500Principal().getName() + "'")
                                .orElse("");
            }
            if (at instanceof CertPathValidatorException path
                    && path.getReason() == BasicReason.INVALID_SIGNATURE) {
                return "certificate not signed by the trusted key of the issuer it names";
            }
            if (at.getClass() == CertificateException.class
                    && String.valueOf(at.getMessage()).startsWith("No ")) {
                return "certificate does not name "
                        + name
                        + presented.map(leaf -> ", it names " + names(leaf)).orElse("");
            }
        }
        Throwable last = failure;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return "handshake failed: " + brief(last);
    }

    /** The DNS names a certificate is for, at most ten. */
    public static List<String> names(X509Certificate leaf) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    // 2 is dNSName, 7 is iPAddress. Source: RFC 5280 section 4.2.1.6.
                    if (List.of(2, 7).contains(alternative.get(0)) && names.size() < MOST_NAMES) {
                        names.add(String.valueOf(alternative.get(1)));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            return List.of("nothing readable");
        }
        return names;
    }

    /** A peer's words, bounded and on one line. */
    static String brief(Throwable failure) {
        String text = String.valueOf(failure.getMessage()).replaceAll("\\p{Cntrl}+", " ").strip();
        return failure.getMessage() == null
                ? failure.getClass().getSimpleName()
                : text.length() > 200 ? text.substring(0, 200) + "..." : text;
    }
}
