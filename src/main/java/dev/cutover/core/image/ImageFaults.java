package dev.cutover.core.image;

import dev.cutover.core.dns.Address;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordField;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What no image of ours can say: whoever finds it must not restore from it.
 *
 * <p>The image is the only thing a restoration believes, so what contradicts itself is refused before
 * the zone is read. An empty {@link SetChange#before} means removal; it counts only when the set's aged
 * records are empty too and the plan puts records there.
 */
public final class ImageFaults {
    /** Faults named at most; one is enough to refuse. */
    private static final int MOST = 10;

    /** Source: RFC 2181 section 8. */
    private static final long MOST_TTL_SECONDS = Integer.MAX_VALUE;

    private static final int MOST_PORT = 65_535;
    private static final int MOST_PORTIONS = 1_000;
    private static final int MOST_PAGES = 10;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private static final Pattern REFERENCE =
            Pattern.compile("\\$\\{env:[A-Za-z_][A-Za-z0-9_]{0,511}}");

    private final BeforeImage image;
    private final List<String> faults = new ArrayList<>();

    private ImageFaults(BeforeImage image) {
        this.image = image;
    }

    /** The faults of an image, ten at most, each with where, expected and seen; empty when it has none. */
    public static List<String> of(BeforeImage image) {
        ImageFaults look = new ImageFaults(image);
        look.look();
        return look.faults.stream().limit(MOST).toList();
    }

    private void look() {
        if (!REFERENCE.matcher(image.token()).matches()) {
            faults.add(
                    "token: expected a reference ${env:NAME}, seen "
                            + image.token().length()
                            + " characters of something else (not shown: it may be a secret)");
        }
        if (image.changes().isEmpty() && image.edge().isEmpty()) {
            faults.add("changes: expected at least one record set, seen none");
        }
        edge();
        image.purge().ifPresent(this::purge);
        Set<SetKey> seen = new HashSet<>();
        for (SetChange change : image.changes()) {
            if (faults.size() >= MOST) {
                return;
            }
            if (!seen.add(change.key())) {
                faults.add(change.key() + ": expected once, seen twice");
            }
            look(change);
        }
    }

    private void edge() {
        Set<EdgeKey> seen = new HashSet<>();
        for (EdgeChange change : image.edge()) {
            if (!seen.add(change.key())) {
                faults.add(change.key() + ": expected once, seen twice");
            }
            for (EdgePart state : change.states()) {
                if (!state.key().equals(change.key())) {
                    faults.add(
                            change.key()
                                    + ": expected the same part in every state, seen "
                                    + state.key());
                }
            }
            int last = EdgeChange.PREPARED - 1;
            for (EdgeChange.Stage stage : change.stages()) {
                if (stage.step() <= last) {
                    faults.add(
                            change.key()
                                    + ": expected steps that rise from "
                                    + EdgeChange.PREPARED
                                    + ", seen "
                                    + stage.step()
                                    + (last < EdgeChange.PREPARED ? "" : " after " + last));
                }
                last = stage.step();
            }
        }
    }

    private void purge(CachePurge purge) {
        if (purge.site().port() < 1 || purge.site().port() > MOST_PORT) {
            faults.add("purge: expected a port from 1 to 65535, seen " + purge.site().port());
        }
        if (purge.pause().isNegative() || purge.pause().compareTo(LONGEST_PAUSE) > 0) {
            faults.add("purge: expected a pause of 0 to 300 s, seen " + purge.pause());
        }
        if (purge.portions().size() > MOST_PORTIONS || purge.pages().size() > MOST_PAGES) {
            faults.add(
                    "purge: expected at most "
                            + MOST_PORTIONS
                            + " portions and "
                            + MOST_PAGES
                            + " pages, seen "
                            + purge.portions().size()
                            + " and "
                            + purge.pages().size());
        }
        for (PurgePortion portion : purge.portions()) {
            boolean fits =
                    switch (portion) {
                        case PurgePortion.Everything all -> true;
                        case PurgePortion.Hosts(List<DnsName> names) ->
                                names.stream().allMatch(n -> n.isWithin(image.zone()));
                        case PurgePortion.Pages(List<String> urls) ->
                                urls.stream().allMatch(u -> u.startsWith(purge.site().url() + "/"));
                    };
            if (!fits) {
                faults.add("purge: expected names and pages of " + image.zone() + " alone");
                return;
            }
        }
    }

    private void look(SetChange change) {
        if (!change.name().isWithin(image.zone())) {
            faults.add(change.key() + ": expected a name of zone " + image.zone());
        }
        if (!change.type().isPlannable()) {
            faults.add(change.key() + ": expected type A, AAAA or CNAME");
        }
        if (change.step() < 1) {
            faults.add(change.key() + " step: expected 1 or more, seen " + change.step());
        }
        ttl(change.key() + " settledTtlSeconds", change.settledTtlSeconds());
        records(change, "before", change.before());
        records(change, "aged", change.aged());
        records(change, "next", change.next());
        records(change, "fallback", change.fallback());
        lowered(change);
    }

    private void records(SetChange change, String state, List<DnsRecord> records) {
        for (DnsRecord record : records) {
            String where = change.key() + " " + state;
            if (!record.key().equals(change.key())) {
                faults.add(
                        where + ": expected records of " + change.key() + ", seen " + record.key());
                continue;
            }
            ttl(where, record.ttlSeconds());
            try {
                Address.normalContent(record.type(), record.content());
            } catch (IllegalArgumentException e) {
                faults.add(where + ": " + e.getMessage());
            }
        }
    }

    private void ttl(String where, long seconds) {
        if (seconds < 1 || seconds > MOST_TTL_SECONDS) {
            faults.add(
                    where + ": expected a TTL of 1 to " + MOST_TTL_SECONDS + " s, seen " + seconds);
        }
    }

    /** Before and aged are the same records but for their TTL, and a plan that finds none makes some. */
    private void lowered(SetChange change) {
        boolean same = change.before().size() == change.aged().size();
        for (int i = 0; same && i < change.before().size(); i++) {
            DnsRecord before = change.before().get(i);
            same = before.sameAs(RecordField.TTL.copy(before, change.aged().get(i)));
        }
        if (!same) {
            faults.add(
                    change.key()
                            + ": expected the same records before and aged, TTLs aside; before"
                            + " holds "
                            + change.before().size()
                            + ", aged "
                            + change.aged().size());
        } else if (change.before().isEmpty() && change.next().isEmpty()) {
            faults.add(change.key() + ": expected records before or next, seen neither");
        }
    }
}
