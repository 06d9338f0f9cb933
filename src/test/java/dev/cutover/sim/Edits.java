package dev.cutover.sim;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.SetKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What people did to the planned records, as far as the oracle excuses the controller for it.
final class Edits {
    private final Map<SetKey, Scenario.Promise> promises;
    private final Map<SetKey, Instant> lastAt = new HashMap<>();
    private final Map<SetKey, Instant> restoredByHand = new HashMap<>();
    private final Map<SetKey, Instant> raises = new HashMap<>();
    private Instant zoneSeenAt = Instant.MIN;
    private boolean hidARaise;

    Edits(Map<SetKey, Scenario.Promise> promises) {
        this.promises = promises;
    }

    void personEdited(List<DnsRecord> before, List<DnsRecord> after, Instant now) {
        for (Scenario.Promise p : promises.values()) {
            List<DnsRecord> was = of(before, p.key());
            List<DnsRecord> is = of(after, p.key());
            if (was.equals(is)) {
                continue;
            }
            lastAt.put(p.key(), now);
            boolean onNext = was.stream().anyMatch(r -> p.isOnlyNext(r.content()));
            boolean back =
                    is.stream()
                            .map(DnsRecord::content)
                            .sorted()
                            .toList()
                            .equals(p.originalContents());
            if (onNext && back) {
                restoredByHand.put(p.key(), now);
            }
            if (ttl(is) > ttl(was)) {
                raises.put(p.key(), now);
            }
            lowered(p.key(), was, is);
        }
    }

    void weWrote(List<DnsRecord> before, List<DnsRecord> after) {
        for (SetKey key : promises.keySet()) {
            lowered(key, of(before, key), of(after, key));
        }
    }

    /// Nobody can know what stood there between two looks, whoever took it away: a request of ours
    /// that lands late replaces what it never saw.
    private void lowered(SetKey key, List<DnsRecord> was, List<DnsRecord> is) {
        if (ttl(is) < ttl(was) && raises.containsKey(key)) {
            hidARaise |= !zoneSeenAt.isAfter(raises.get(key));
        }
    }

    void zoneSeen(Instant observedAt) {
        zoneSeenAt = observedAt;
    }

    /// A person said that it may go on: what was put back by hand may be switched again.
    void resumed() {
        restoredByHand.clear();
    }

    /// Whether a person put this set back after it had been switched.
    boolean isRestored(SetKey key) {
        return restoredByHand.containsKey(key);
    }

    /// Whether a TTL was raised and lowered again between two looks of the controller.
    boolean hidARaise() {
        return hidARaise;
    }

    /// When a person last edited each set; sets that nobody edited are missing.
    Map<SetKey, Instant> lastAt() {
        return lastAt;
    }

    Instant lastAt(SetKey key) {
        return lastAt.getOrDefault(key, Instant.MIN);
    }

    static List<DnsRecord> of(List<DnsRecord> records, SetKey key) {
        return new SimZone.Version(Instant.MIN, records).set(key);
    }

    private static long ttl(List<DnsRecord> set) {
        return set.stream().mapToLong(SimZone::answeredTtl).max().orElse(0);
    }
}
