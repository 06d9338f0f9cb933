package dev.cutover.core.edge;

import dev.cutover.core.dns.DnsName;
import java.util.List;

/** What one purge names. Purging is safe to repeat: what is gone already is fetched again at worst. */
public sealed interface PurgePortion {
    /** The whole cache of the zone. */
    record Everything() implements PurgePortion {}

    /**
     * Every page of these names.
     *
     * @param names 1 to 100
     */
    record Hosts(List<DnsName> names) implements PurgePortion {
        public Hosts {
            names = List.copyOf(names);
        }
    }

    /**
     * These pages alone.
     *
     * @param urls absolute, 1 to 100
     */
    record Pages(List<String> urls) implements PurgePortion {
        public Pages {
            urls = List.copyOf(urls);
        }
    }
}
