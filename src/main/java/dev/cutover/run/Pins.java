package dev.cutover.run;

import dev.cutover.core.dns.Address;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.plan.PlannedRule;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import dev.cutover.port.SiteChecks.Manner;
import dev.cutover.port.SiteChecks.Via;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where each planned name is found on one side, before anybody is routed there. */
final class Pins {
    /** As many as resolvers follow; more are a circle. */
    private static final int MOST_ALIASES = 16;

    private Pins() {}

    /** One address or host per name; a pool or a rule wins over records, as the edge has it. */
    static Via of(Cutover c, Side side) {
        return of(c.changes(), c.edge(), c.plan().ruled(), side);
    }

    /** Of records alone: IPv4 wins over IPv6, both over an alias. */
    static Via of(List<SetChange> changes, Side side) {
        return of(changes, List.of(), List.of(), side);
    }

    /** Of records, pools and rules. */
    static Via of(
            List<SetChange> changes, List<EdgeChange> edge, List<PlannedRule> rules, Side side) {
        Map<DnsName, String> targets = new HashMap<>();
        for (RecordType type : List.of(RecordType.CNAME, RecordType.AAAA, RecordType.A)) {
            for (SetChange change : changes) {
                List<DnsRecord> records = change.settledOn(side);
                if (change.type() == type && !records.isEmpty()) {
                    targets.put(change.name(), records.getFirst().content());
                }
            }
        }
        for (EdgeChange change : edge) {
            List<PoolOrigin> origins =
                    switch (side) {
                        case NEXT -> change.gaining();
                        case CURRENT, FALLBACK -> change.losing();
                    };
            if (!origins.isEmpty()) {
                change.names().forEach(n -> targets.put(n, origins.getFirst().address()));
            }
        }
        for (EdgeChange change : edge) {
            if (side != Side.NEXT
                    && change.before() instanceof EdgePart.OriginRule rule
                    && !rule.without().isEmpty()) {
                targets.put(rule.name(), rule.without().getFirst());
            }
        }
        Map<DnsName, Manner> manners = new HashMap<>();
        for (PlannedRule rule : rules) {
            String now = rule.from().getFirst();
            PlannedRule.Target to = rule.to();
            boolean next = side == Side.NEXT;
            targets.put(rule.name(), next ? to.host().map(DnsName::value).orElse(now) : now);
            if (next) {
                manners.put(rule.name(), new Manner(to.port(), to.hostHeader(), to.sni()));
            }
        }
        targets.replaceAll((name, target) -> behindAliases(targets, target));
        return new Via.Pinned(targets, manners);
    }

    /** Where an alias leads on the same side: the name itself still resolves to the side before. */
    private static String behindAliases(Map<DnsName, String> targets, String target) {
        String now = target;
        for (int i = 0; i < MOST_ALIASES; i++) {
            @Nullable String behind = isAddress(now) ? null : targets.get(new DnsName(now));
            if (behind == null) {
                return now;
            }
            now = behind;
        }
        return target;
    }

    private static boolean isAddress(String target) {
        return Address.ipv4(target).isPresent() || Address.ipv6(target).isPresent();
    }
}
