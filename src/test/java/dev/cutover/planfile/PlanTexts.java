package dev.cutover.planfile;

import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Plan files and what they are read against; line numbers count in the tables of mistakes. */
final class PlanTexts {
    /** A week before the window of every text here. */
    static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    /** A value that must never be shown. */
    static final String PLANTED = "cfut_planted0123456789abcdef";

    static final String FULL =
            """
            cutover: acme-relaunch
            owner: web-platform
            site: www.acme.example
            preset: hardened
            window:
              opens: 2026-12-06T02:00
              closes: 2026-12-06T05:00
              zone: Europe/Berlin
              at-close: hold
            ttl:
              lower-to: 300
              lead: PT48H
            zone:
              provider: cloudflare
              name: acme.example
              token: "${env:CLOUDFLARE_API_TOKEN}"
            records:
              - name: www
                type: A
                from: [198.51.100.10]
                to: [203.0.113.20]
                fallback: [198.51.100.30]
                step: 1
              - name: www
                type: AAAA
                from: ["2001:db8::10"]
                to: ["2001:db8::20"]
              - name: shop
                type: CNAME
                from: [old.acme.example]
                to: [www.acme.example]
                step: 2
            writes: fenced
            dwell: PT10M
            soak: PT24H
            edge:
              purge: everything
            promotion:
              engine: http
              staging: https://staging.acme.example
              production: https://origin.acme.example
              credentials: "${env:PROMOTION_TOKEN}"
              expected: PT15M
            checks:
              landing-pages: pages.csv
              tls-names: [www.acme.example, shop.acme.example]
            watch:
              sources: [probes, cloudflare]
              error-ceiling: 2%
              resolver-latency-ceiling: PT0.5S
              window: PT5M
              patience: PT1M
              quorum: 95%
            fallback:
              read-only: PT24H
              after-writes: hold
              hold-deadline: PT30M
            approvals:
              need: 2
            limits:
              zone-share: 30%
            acknowledge: ["@"]
            """;

    static final String SMALLEST =
            """
            cutover: small
            site: www.acme.example
            window: { opens: 2026-12-06T02:00, closes: 2026-12-06T05:00, zone: UTC }
            zone: { name: acme.example, token: "${env:CLOUDFLARE_API_TOKEN}" }
            records: [ { name: www, type: A, from: [198.51.100.10], to: [203.0.113.20] } ]
            writes: none
            checks: { landing-pages: [/] }
            """;

    private PlanTexts() {}

    static PlanFile.Context context(Map<String, String> files) {
        return PlanFile.Context.of(
                PageFiles.inline(files),
                Set.of("CLOUDFLARE_API_TOKEN", "PROMOTION_TOKEN", "ALLOWED_BUT_UNSET"),
                name -> !name.equals("ALLOWED_BUT_UNSET"),
                NOW);
    }

    static PlanFile.Context context() {
        return context(Map.of("pages.csv", "path,visits\n/,10\n/shop/,5\n"));
    }

    static PlanFile.Context contextWithPages(String pages) {
        return context(Map.of("pages.csv", pages));
    }

    static PlanFile.Outcome read(String text) {
        return PlanFile.read(text, context());
    }
}
