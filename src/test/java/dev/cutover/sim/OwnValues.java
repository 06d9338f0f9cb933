package dev.cutover.sim;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.life.Action;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which values of a planned set stood there before or were written by the controller; every other
/// value is a person's.
final class OwnValues {
    /// The values of one set, by field.
    private record Values(Set<String> contents, Set<Long> ttls, Set<String> comments) {
        Values() {
            this(new HashSet<>(), new HashSet<>(), new HashSet<>());
        }

        void add(DnsRecord r) {
            contents.add(r.content());
            ttls.add(r.ttlSeconds());
            comments.add(r.comment());
        }
    }

    private final Map<SetKey, Values> owned = new HashMap<>();

    OwnValues(Scenario scenario) {
        scenario.promises()
                .forEach(
                        (key, p) -> {
                            Values values = new Values();
                            p.original().forEach(values::add);
                            values.ttls().add(p.low());
                            owned.put(key, values);
                        });
    }

    private Values of(SetKey key) {
        return Objects.requireNonNull(owned.get(key));
    }

    /// Remembers the fields that were written; the others may be a person's.
    void wrote(@Nullable DnsRecord old, DnsRecord r, Set<Long> standing) {
        Values values = of(r.key());
        boolean personsTtl = old == null && standing.contains(r.ttlSeconds());
        if (old == null || !old.content().equals(r.content())) {
            values.contents().add(r.content());
        }
        if (!personsTtl && (old == null || old.ttlSeconds() != r.ttlSeconds())) {
            values.ttls().add(r.ttlSeconds());
        }
        if (old == null || !old.comment().equals(r.comment())) {
            values.comments().add(r.comment());
        }
    }

    boolean areAllOurs(SetKey key, List<DnsRecord> seen) {
        Values values = of(key);
        return seen.stream()
                .allMatch(
                        r ->
                                values.contents().contains(r.content())
                                        && values.ttls().contains(r.ttlSeconds())
                                        && values.comments().contains(r.comment()));
    }

    /// What is replaced or removed must be ours.
    void mustBeOurs(Action action, Scenario.Promise p, DnsRecord old, @Nullable DnsRecord next) {
        Values values = of(p.key());
        boolean content = next == null || !next.content().equals(old.content());
        // A surplus record of ours goes with what somebody noted on it: it would route visitors.
        boolean ttl = next != null && next.ttlSeconds() != old.ttlSeconds();
        boolean comment = next != null && !next.comment().equals(old.comment());
        boolean fine =
                (!content || values.contents().contains(old.content()))
                        && (!ttl || values.ttls().contains(old.ttlSeconds()))
                        && (!comment || values.comments().contains(old.comment()));
        if (!fine) {
            throw new Broken(
                    "edits-kept",
                    action.id() + " replaced a person's value: " + old + " by " + next);
        }
    }

    /// What is written must be a value the plan speaks of.
    void mustBePlanned(
            Action action,
            Scenario.Promise p,
            @Nullable DnsRecord old,
            DnsRecord next,
            Set<Long> standing) {
        boolean content =
                p.originalContents().contains(next.content())
                        || p.nextContents().contains(next.content())
                        || p.fallbackContents().contains(next.content())
                        || (old != null && old.content().equals(next.content()));
        // A record that is made anew keeps the TTL that a person gave the one it stands for.
        boolean ttl =
                (old == null && standing.contains(next.ttlSeconds()))
                        || next.ttlSeconds() == p.low()
                        || p.original().stream().anyMatch(r -> r.ttlSeconds() == next.ttlSeconds())
                        || p.next().stream().anyMatch(w -> w.ttls().contains(next.ttlSeconds()))
                        || (old != null && old.ttlSeconds() == next.ttlSeconds());
        if (!content || !ttl) {
            throw new Broken("planned-values", action.id() + " wrote " + next);
        }
    }

    /// The set shows these wants, people's edits aside, each of which must have been told.
    void mustStand(
            Scenario.Promise p,
            List<Scenario.Want> wants,
            List<DnsRecord> seen,
            boolean edited,
            String told) {
        Values values = of(p.key());
        List<DnsRecord> rest = new ArrayList<>(seen);
        List<Scenario.Want> missing = new ArrayList<>();
        for (Scenario.Want want : wants) {
            Optional<DnsRecord> found =
                    rest.stream().filter(r -> r.content().equals(want.content())).findFirst();
            if (found.isEmpty()) {
                missing.add(want);
                continue;
            }
            rest.remove(found.get());
            DnsRecord r = found.get();
            if (!want.ttls().contains(r.ttlSeconds())) {
                keptAndTold(
                        !values.ttls().contains(r.ttlSeconds()),
                        told,
                        String.valueOf(r.ttlSeconds()),
                        "TTL of " + r + ", promised " + want.ttls());
            }
            if (!want.comments().contains(r.comment())) {
                // A person who made records again may have mixed up the set's own comments.
                boolean mixedUp = edited && told.contains(r.content() + ": comment expected");
                keptAndTold(
                        mixedUp || !values.comments().contains(r.comment()),
                        told,
                        r.comment(),
                        "comment of " + r + ", promised '" + want.comments() + "'");
            }
        }
        for (DnsRecord r : rest) {
            keptAndTold(
                    !values.contents().contains(r.content()),
                    told,
                    r.content(),
                    r + " stands where " + wants + " is promised");
        }
        if (missing.size() > rest.size()) {
            // A record that a person removed and that nobody put back.
            for (Scenario.Want want : missing.subList(rest.size(), missing.size())) {
                keptAndTold(
                        told.contains("removed"),
                        told,
                        want.content(),
                        want + " of " + p.key() + " is missing");
            }
        }
    }

    private static void keptAndTold(boolean persons, String told, String value, String what) {
        if (!persons) {
            throw new Broken("promised", "not a person's, but not as promised: " + what);
        }
        if (!told.contains(value)) {
            throw new Broken("named", "a person's edit was kept but not named: " + what);
        }
    }
}
