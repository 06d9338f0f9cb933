package dev.cutover.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.Advance;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.image.Restoration;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.core.plan.SetChange;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.PortException.Category;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every provider of DNS zones must do, whoever it is. */
public abstract class DnsZoneContract {
    private static final long OLD_TTL = 3_600;
    private static final long LOW_TTL = 120;

    private ZoneHouse house;
    private DnsZone zone;
    private ZoneRef ref;

    /** A house whose zone holds {@link ZoneHouse#RECORDS} with a TTL of 3,600 s, none of them proxied. */
    protected abstract ZoneHouse open();

    @BeforeEach
    void enter() {
        house = open();
        zone = house.zone();
        ref = house.ref();
    }

    @AfterEach
    void leave() {
        house.close();
    }

    protected final ZoneHouse house() {
        return house;
    }

    @Test
    void a_zone_is_read_whole_and_in_normal_form() {
        ZoneView view = read();

        assertThat(view.zone()).isEqualTo(ref.name());
        assertThat(contents(view, "www", RecordType.A)).containsExactly("192.0.2.1", "192.0.2.2");
        assertThat(contents(view, "v6", RecordType.AAAA)).containsExactly("2001:db8::1");
        assertThat(contents(view, "shop", RecordType.CNAME)).containsExactly("www." + ref.name());
        assertThat(contents(view, "@", RecordType.MX).getFirst())
                .startsWith("10 mail." + ref.name());
        assertThat(contents(view, "@", RecordType.TXT).getFirst()).contains("v=spf1 -all");
        assertThat(view.set(key("www", RecordType.A)))
                .allMatch(r -> r.ttlSeconds() == OLD_TTL && !r.proxied());
        assertThat(view.records())
                .as("the zone's own version and signatures are nobody's records")
                .noneMatch(r -> r.type() == RecordType.SOA || r.type() == RecordType.OTHER);
    }

    @Test
    void a_whole_life_of_a_plan_leaves_nothing_to_write_and_others_untouched() {
        List<DnsRecord> others = others(read());
        List<SetChange> changes =
                List.of(
                        change("www", RecordType.A, List.of("203.0.113.1", "203.0.113.2")),
                        change("api", RecordType.A, List.of("203.0.113.3", "203.0.113.4")),
                        change("v6", RecordType.AAAA, List.of("2001:db8::9")),
                        change("shop", RecordType.CNAME, List.of("api." + ref.name())));

        advance(changes, SetChange::before, SetChange::aged);
        advance(changes, SetChange::aged, SetChange::next);
        assertThat(contents(read(), "api", RecordType.A))
                .containsExactly("203.0.113.3", "203.0.113.4");
        restore(changes, SetChange::fallback);
        restore(changes, SetChange::fallbackSettled);

        assertThat(others(read())).usingRecursiveFieldByFieldElementComparator().isEqualTo(others);
        assertThat(read().set(key("www", RecordType.A)))
                .allMatch(r -> r.ttlSeconds() == OLD_TTL)
                .extracting(DnsRecord::content)
                .containsExactly("192.0.2.1", "192.0.2.2");
    }

    @Test
    void each_piece_of_work_is_one_transaction() {
        List<SetChange> changes =
                List.of(
                        change("www", RecordType.A, List.of("203.0.113.1")),
                        change("api", RecordType.A, List.of("203.0.113.3", "203.0.113.4")));

        advance(changes, SetChange::before, SetChange::aged);
        advance(changes, SetChange::aged, SetChange::next);

        assertThat(house.log().stream().filter(ProviderCall::write)).hasSize(2);
        assertThat(contents(read(), "www", RecordType.A)).containsExactly("203.0.113.1");
    }

    @Test
    void a_name_moves_from_addresses_to_an_alias_and_back_in_one_transaction() {
        SetChange a = change("both", RecordType.A, List.of());
        SetChange aaaa = change("both", RecordType.AAAA, List.of());
        SetChange alias =
                new SetChange(
                        name("both"),
                        RecordType.CNAME,
                        List.of(),
                        List.of(),
                        List.of(record("both", RecordType.CNAME, "api." + ref.name(), LOW_TTL)),
                        List.of(),
                        OLD_TTL,
                        1);
        List<SetChange> changes = List.of(a, aaaa, alias);

        advance(changes, SetChange::before, SetChange::aged);
        advance(changes, SetChange::aged, SetChange::next);
        assertThat(read().at(name("both")))
                .singleElement()
                .satisfies(r -> assertThat(r.content()).isEqualTo("api." + ref.name()));
        restore(changes, SetChange::fallback);

        assertThat(contents(read(), "both", RecordType.A)).containsExactly("192.0.2.4");
        assertThat(contents(read(), "both", RecordType.AAAA)).containsExactly("2001:db8::4");
        assertThat(read().set(key("both", RecordType.CNAME))).isEmpty();
        assertThat(house.log().stream().filter(ProviderCall::write)).hasSize(3);
    }

    @Test
    void an_alias_becomes_an_address_in_one_transaction() {
        ZoneView seen = read();
        DnsRecord alias = seen.set(key("shop", RecordType.CNAME)).getFirst();

        zone.apply(
                ref,
                seen,
                List.of(
                        new RecordWrite.Delete(alias),
                        new RecordWrite.Create(
                                record("shop", RecordType.A, "203.0.113.1", LOW_TTL)),
                        new RecordWrite.Create(
                                record("shop", RecordType.A, "203.0.113.2", LOW_TTL))),
                writing());

        assertThat(read().at(name("shop")))
                .extracting(DnsRecord::content)
                .containsExactly("203.0.113.1", "203.0.113.2");
    }

    @Test
    void a_refused_half_leaves_everything_as_it_was() {
        ZoneView seen = read();
        DnsRecord api = seen.set(key("api", RecordType.A)).getFirst();

        PortException e =
                failure(
                        () ->
                                zone.apply(
                                        ref,
                                        seen,
                                        List.of(
                                                new RecordWrite.Patch(api, api.withTtl(LOW_TTL)),
                                                // Beside the alias that stands there.
                                                new RecordWrite.Create(
                                                        record(
                                                                "shop",
                                                                RecordType.A,
                                                                "203.0.113.1",
                                                                LOW_TTL))),
                                        writing()));

        assertThat(e.category()).isEqualTo(Category.PERMANENT);
        assertThat(e).hasMessageContaining("nothing was changed");
        assertThat(read().records()).isEqualTo(seen.records());
    }

    @Test
    void a_lost_answer_is_unknown_and_deciding_again_doubles_nothing() {
        List<SetChange> changes =
                List.of(change("api", RecordType.A, List.of("203.0.113.3", "203.0.113.4")));
        ZoneView seen = read();
        List<RecordWrite> writes = ready(changes, SetChange::before, SetChange::next, seen);
        house.loseNextAnswer();

        PortException lost = failure(() -> zone.apply(ref, seen, writes, writing()));

        assertThat(lost.category()).isEqualTo(Category.TRANSIENT);
        assertThat(lost).hasMessageEndingWith("; unknown whether it took effect: read the zone");
        assertThat(Advance.of(changes, SetChange::before, SetChange::next, read()))
                .isInstanceOf(Advance.AlreadyThere.class);

        // Somebody who sends the same words again, against the rules, makes nothing twice.
        try {
            zone.apply(ref, seen, writes, writing());
        } catch (PortException refused) {
            assertThat(refused.category()).isNotEqualTo(Category.DENIED);
        }
        assertThat(contents(read(), "api", RecordType.A))
                .containsExactly("203.0.113.3", "203.0.113.4");
    }

    @Test
    void a_record_added_between_reading_and_writing_is_found_and_named() {
        List<SetChange> changes = List.of(change("www", RecordType.A, List.of("203.0.113.1")));
        ZoneView seen = read();
        List<RecordWrite> writes = ready(changes, SetChange::before, SetChange::next, seen);
        bySomebody(
                List.of(
                        new RecordWrite.Create(
                                record("www", RecordType.A, "198.51.100.99", OLD_TTL))));

        refusedOrDone(seen, writes);

        assertThat(Advance.of(changes, SetChange::before, SetChange::next, read()))
                .isInstanceOfSatisfying(
                        Advance.Drift.class,
                        drift -> assertThat(drift.toString()).contains("198.51.100.99"));
        assertThat(contents(read(), "www", RecordType.A)).contains("198.51.100.99");
    }

    @Test
    void a_record_removed_between_reading_and_writing_is_found_and_named() {
        SetChange www = change("www", RecordType.A, List.of("203.0.113.1", "203.0.113.2"));
        ZoneView seen = read();
        List<RecordWrite> writes = ready(List.of(www), SetChange::before, SetChange::next, seen);
        bySomebody(List.of(new RecordWrite.Delete(www.before().get(1))));
        List<DnsRecord> left = read().records();

        PortException refused = failure(() -> zone.apply(ref, seen, writes, writing()));

        assertThat(refused).hasMessageContaining("nothing was changed");
        assertThat(read().records()).isEqualTo(left);
        assertThat(Advance.of(List.of(www), SetChange::before, SetChange::next, read()))
                .isInstanceOf(Advance.Drift.class);
    }

    @Test
    void an_unknown_zone_is_named() {
        PortException e = failure(() -> zone.read(house.unknown(), reading()));

        assertThat(e.category()).isEqualTo(Category.PERMANENT);
        assertThat(e).hasMessageContaining(house.unknown().name().value());
    }

    @Test
    void a_wrong_secret_is_denied_by_its_reference_alone() {
        PortException e = failure(() -> zone.read(house.wrongSecret(), reading()));

        assertThat(e.category()).isEqualTo(Category.DENIED);
        assertThat(e).hasMessageContaining(house.wrongSecret().token());
        house.secrets().forEach(secret -> assertThat(e).hasMessageNotContaining(secret));
        assertThat(failure(() -> zone.read(withToken("${env:HOME}"), reading())).category())
                .isEqualTo(Category.DENIED);
    }

    @Test
    void nobody_there_means_that_nothing_was_sent() {
        ZoneView seen = read();
        DnsRecord api = seen.set(key("api", RecordType.A)).getFirst();
        house.refuse();

        PortException written = neitherReadNorWritten(seen, api, Duration.ofMinutes(1));

        assertThat(written).hasMessageEndingWith("; nothing was sent");
    }

    @Test
    void who_never_answers_is_left_at_the_deadline() {
        ZoneView seen = read();
        DnsRecord api = seen.set(key("api", RecordType.A)).getFirst();
        house.hang();

        Duration span = Duration.ofMillis(700);
        PortException written = neitherReadNorWritten(seen, api, span);
        // Twice the time where not even the connection came in time, on a machine that stood still.
        while (written.toString().endsWith("; nothing was sent") && span.toMinutes() < 1) {
            span = span.multipliedBy(2);
            written = neitherReadNorWritten(seen, api, span);
        }

        assertThat(written).hasMessageContaining("unknown whether it took effect");
    }

    /** The write's failure; the read's and the write's are passing ones. */
    private PortException neitherReadNorWritten(ZoneView seen, DnsRecord api, Duration span) {
        PortException read = failure(() -> zone.read(ref, in(span)));
        PortException written =
                failure(
                        () ->
                                zone.apply(
                                        ref,
                                        seen,
                                        List.of(new RecordWrite.Patch(api, api.withTtl(LOW_TTL))),
                                        in(span)));
        assertThat(read.category()).isEqualTo(Category.TRANSIENT);
        assertThat(written.category()).isEqualTo(Category.TRANSIENT);
        return written;
    }

    @Test
    void a_lost_lease_keeps_the_write_back() {
        ZoneView seen = read();
        DnsRecord api = seen.set(key("api", RecordType.A)).getFirst();

        PortException e =
                failure(
                        () ->
                                zone.apply(
                                        ref,
                                        seen,
                                        List.of(new RecordWrite.Patch(api, api.withTtl(LOW_TTL))),
                                        new Call(
                                                "acme-1",
                                                "acme-1/switch-1/1",
                                                writing().deadline(),
                                                deadline -> {
                                                    throw PortException.denied("lease lost");
                                                })));

        assertThat(e).hasMessage("lease lost");
        assertThat(read().records()).isEqualTo(seen.records());
    }

    @Test
    void a_full_transaction_is_taken_and_a_larger_one_is_not_sent() {
        ZoneView seen = read();
        int most = zone.mostWrites(ref);
        List<RecordWrite> writes = new ArrayList<>();
        for (int i = 0; i < Math.min(most, 200); i++) {
            writes.add(
                    new RecordWrite.Create(record("n" + i, RecordType.A, "203.0.113.7", LOW_TTL)));
        }

        zone.apply(ref, seen, writes, writing());

        assertThat(read().records()).hasSize(seen.records().size() + writes.size());
        List<RecordWrite> tooMany = new ArrayList<>();
        for (int i = 0; i <= most; i++) {
            tooMany.add(
                    new RecordWrite.Create(record("m" + i, RecordType.A, "203.0.113.7", LOW_TTL)));
        }
        long sent = house.log().stream().filter(ProviderCall::write).count();
        assertThat(failure(() -> zone.apply(ref, read(), tooMany, writing())).category())
                .isEqualTo(Category.PERMANENT);
        assertThat(house.log().stream().filter(ProviderCall::write)).hasSize((int) sent);
    }

    @Test
    void every_call_is_logged_for_its_cutover_and_without_secrets() {
        DnsRecord api = read().set(key("api", RecordType.A)).getFirst();
        zone.apply(ref, List.of(new RecordWrite.Patch(api, api.withTtl(LOW_TTL))), writing());

        assertThat(house.log())
                .allMatch(c -> c.cutover().equals("acme-1") && c.peer().equals(zone.provider()))
                .anyMatch(c -> c.write() && c.purpose().equals("acme-1/switch-1/1"))
                .anyMatch(c -> !c.write());
        house.secrets().forEach(s -> assertThat(house.log().toString()).doesNotContain(s));
    }

    protected final ZoneView read() {
        return zone.read(ref, reading());
    }

    protected static Call reading() {
        return Call.reading("acme-1", "zone", Deadline.in(Duration.ofMinutes(1)));
    }

    protected static Call writing() {
        return new Call(
                "acme-1", "acme-1/switch-1/1", Deadline.in(Duration.ofMinutes(1)), Fence.OPEN);
    }

    private static Call in(Duration span) {
        return new Call("acme-1", "acme-1/switch-1/1", Deadline.in(span), Fence.OPEN);
    }

    protected static PortException failure(ThrowingCallable call) {
        PortException e = catchThrowableOfType(PortException.class, call);
        assertThat(e).as("a refusal").isNotNull();
        return e;
    }

    protected final void bySomebody(List<RecordWrite> writes) {
        house.somebody().apply(house.somebodysRef(), writes, writing());
    }

    private void refusedOrDone(ZoneView seen, List<RecordWrite> writes) {
        List<DnsRecord> before = read().records();
        try {
            zone.apply(ref, seen, writes, writing());
        } catch (PortException refused) {
            assertThat(read().records()).isEqualTo(before);
        }
    }

    private void advance(
            List<SetChange> changes,
            Function<SetChange, List<DnsRecord>> from,
            Function<SetChange, List<DnsRecord>> to) {
        ZoneView seen = read();
        zone.apply(ref, seen, ready(changes, from, to, seen), writing());
        assertThat(Advance.of(changes, from, to, read())).isInstanceOf(Advance.AlreadyThere.class);
    }

    private void restore(List<SetChange> changes, Function<SetChange, List<DnsRecord>> to) {
        ZoneView seen = read();
        zone.apply(ref, seen, Restoration.of(changes, to, seen).writes(), writing());
        Restoration again = Restoration.of(changes, to, read());
        assertThat(again.writes()).isEmpty();
        assertThat(again.kept()).isEmpty();
    }

    protected static List<RecordWrite> ready(
            List<SetChange> changes,
            Function<SetChange, List<DnsRecord>> from,
            Function<SetChange, List<DnsRecord>> to,
            ZoneView seen) {
        assertThat(Advance.of(changes, from, to, seen)).isInstanceOf(Advance.Ready.class);
        return ((Advance.Ready) Advance.of(changes, from, to, seen)).writes();
    }

    /** A set that goes to these contents, and falls back to what it is now. */
    protected final SetChange change(String at, RecordType type, List<String> to) {
        List<DnsRecord> before = read().set(key(at, type));
        assertThat(before).isNotEmpty();
        List<DnsRecord> aged = before.stream().map(r -> r.withTtl(LOW_TTL)).toList();
        List<DnsRecord> next = new ArrayList<>();
        for (int i = 0; i < to.size(); i++) {
            DnsRecord base = i < aged.size() ? aged.get(i) : aged.getFirst().withId("");
            next.add(base.withContent(to.get(i)));
        }
        return new SetChange(name(at), type, before, aged, next, aged, OLD_TTL, 1);
    }

    protected final DnsRecord record(String at, RecordType type, String content, long ttl) {
        return DnsRecord.of(name(at), type, content, ttl, false);
    }

    protected final DnsName name(String at) {
        return DnsName.within(ref.name(), at);
    }

    protected final SetKey key(String at, RecordType type) {
        return new SetKey(name(at), type);
    }

    private List<String> contents(ZoneView view, String at, RecordType type) {
        return view.set(key(at, type)).stream().map(DnsRecord::content).toList();
    }

    /** What no test plans, with every field. */
    private List<DnsRecord> others(ZoneView view) {
        return view.records().stream()
                .filter(r -> !List.of("www", "api", "v6", "shop").contains(label(r)))
                .toList();
    }

    private static String label(DnsRecord r) {
        return r.name().value().substring(0, r.name().value().indexOf('.'));
    }

    private ZoneRef withToken(String token) {
        return new ZoneRef(ref.provider(), ref.name(), ref.server(), token);
    }
}
