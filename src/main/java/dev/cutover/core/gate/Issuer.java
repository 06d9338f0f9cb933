package dev.cutover.core.gate;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A public issuer of certificates and the domains by which CAA records know it.
 *
 * @param organisation as its certificates name it
 * @param domains lower case; the first is the usual one
 */
record Issuer(String organisation, List<String> domains) {
    /**
     * The issuers most sites use. Others are not judged: a wrong domain here would close a go for nothing.
     * Source: the issuers' own CAA documentation, 2026-11.
     */
    private static final List<Issuer> KNOWN =
            List.of(
                    new Issuer("Let's Encrypt", List.of("letsencrypt.org")),
                    new Issuer("Google Trust Services", List.of("pki.goog")),
                    new Issuer(
                            "DigiCert",
                            List.of(
                                    "digicert.com",
                                    "www.digicert.com",
                                    "digicert.ne.jp",
                                    "cybertrust.ne.jp",
                                    "symantec.com",
                                    "thawte.com",
                                    "geotrust.com",
                                    "rapidssl.com")),
                    new Issuer(
                            "Sectigo",
                            List.of(
                                    "sectigo.com",
                                    "comodo.com",
                                    "comodoca.com",
                                    "usertrust.com",
                                    "trust-provider.com")),
                    new Issuer("GlobalSign", List.of("globalsign.com")),
                    new Issuer(
                            "Amazon",
                            List.of(
                                    "amazon.com",
                                    "amazontrust.com",
                                    "awstrust.com",
                                    "amazonaws.com")),
                    new Issuer("SSL.com", List.of("ssl.com")),
                    new Issuer("Entrust", List.of("entrust.net", "affirmtrust.com")));

    Issuer {
        domains = List.copyOf(domains);
    }

    /**
     * The issuer of that organisation.
     *
     * @param organisation as the certificate's issuer names it; empty when that is not known
     */
    static Optional<Issuer> of(String organisation) {
        String seen = organisation.toLowerCase(Locale.ROOT);
        return KNOWN.stream()
                .filter(i -> seen.startsWith(i.organisation.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** Whether one of these domains of {@code issue} records is this issuer's. */
    boolean isAmong(List<String> permitted) {
        return permitted.stream().anyMatch(domains::contains);
    }
}
