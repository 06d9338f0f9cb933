package dev.cutover.planfile;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.Plan;
import java.util.List;
import java.util.Optional;

/** What must be served right: landing pages and certificates. */
final class ChecksReader {
    private ChecksReader() {}

    static Optional<Plan.Checks> read(
            Value value, Optional<Plan.Site> site, Optional<DnsName> zone, PageFiles files) {
        Optional<Fields> fields = value.fields(Section.CHECKS);
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        Fields in = fields.get();
        Optional<Value> pagesValue = in.need("landing-pages", "top-pages.csv or [/, /shop/]");
        if (site.isEmpty() || zone.isEmpty()) {
            return Optional.empty();
        }
        Optional<List<String>> pages =
                pagesValue.flatMap(
                        v ->
                                v.isList()
                                        ? LandingPages.ofList(v, site.get())
                                        : LandingPages.ofFile(v, files, site.get()));
        Optional<List<DnsName>> tlsNames =
                in.read(
                        "tls-names",
                        v -> Names.list(v, zone.get(), 1, 100),
                        List.of(site.get().host()),
                        Object::toString);
        return pages.isPresent() && tlsNames.isPresent()
                ? Optional.of(new Plan.Checks(pages.get(), tlsNames.get()))
                : Optional.empty();
    }
}
