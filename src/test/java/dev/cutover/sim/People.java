package dev.cutover.sim;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.Input;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// The people around a cutover: they approve, hold, resume, postpone, abort, and edit the zone by
/// hand.
final class People {
    /// Something somebody will do.
    private record Act(Instant at, Runnable what) {}

    /// What somebody did to a set, to put it back later.
    private record Edit(SetKey key, List<DnsRecord> was, List<DnsRecord> is) {}

    private final SimWorld world;
    private final SimDriver driver;
    private final Oracle oracle;
    private final Chance chance;
    private final Trace trace;
    private final List<Act> acts = new ArrayList<>();
    private final List<Edit> edits = new ArrayList<>();
    private Instant reactAt = Instant.MAX;
    private Optional<Phase> reactingTo = Optional.empty();
    private int resumes;
    private int postpones;
    private int serial = 1;
    private final boolean hurried;
    boolean gone;

    People(SimWorld world, SimDriver driver, Oracle oracle, Chance chance, Trace trace) {
        this.world = world;
        this.driver = driver;
        this.oracle = oracle;
        this.chance = chance;
        this.trace = trace;
        hurried = chance.in100(25);
        plan();
    }

    private void plan() {
        Plan plan = world.scenario.plan();
        Instant start = Scenario.START;
        Instant opens = plan.window().opensAt();
        Instant end = plan.window().closesAt().plus(plan.soak());
        for (String by : List.of("alice", "bob", "author")) {
            if (chance.in100(90)) {
                at(
                        chance.after(start, Duration.ZERO, between(start, opens)),
                        () -> approve(by, true));
            }
            if (chance.in100(10)) {
                at(
                        chance.after(start, Duration.ZERO, between(start, end)),
                        () -> approve(by, false));
            }
        }
        int busy = chance.in100(40) ? 0 : chance.from(1, 4);
        for (int i = 0; i < busy; i++) {
            // Most trouble comes while something happens.
            Instant from = chance.in100(65) ? opens : start;
            Instant when = chance.after(from, Duration.ZERO, between(from, end));
            int what = chance.from(1, 100);
            if (what <= 22) {
                at(when, () -> abort(chance.in100(20)));
            } else if (what <= 34) {
                at(when, this::hold);
            } else if (what <= 38) {
                at(when, () -> driver.request(new Input.Resume("bob")));
            } else if (what <= 44) {
                at(when, this::postpone);
            } else {
                at(when, this::edit);
                if (chance.in100(40)) {
                    at(
                            chance.after(when, Duration.ofSeconds(2), Duration.ofMinutes(20)),
                            this::putBack);
                }
            }
        }
        if (chance.in100(5)) {
            at(end.plus(Duration.ofMinutes(chance.from(5, 90))), () -> abort(false));
        }
    }

    private static Duration between(Instant a, Instant b) {
        return Duration.between(a, b);
    }

    private void at(Instant when, Runnable what) {
        acts.add(new Act(when, what));
        acts.sort(Comparator.comparing(Act::at));
    }

    Instant nextAt() {
        Instant next = acts.isEmpty() ? Instant.MAX : acts.getFirst().at();
        return reactAt.isBefore(next) ? reactAt : next;
    }

    void act() {
        if (gone) {
            return;
        }
        while (!acts.isEmpty() && !acts.getFirst().at().isAfter(world.now())) {
            acts.removeFirst().what().run();
        }
        mischief();
        notice();
        if (!reactAt.isAfter(world.now())) {
            reactAt = Instant.MAX;
            reactingTo = Optional.empty();
            react();
        }
    }

    /// The worst moment: something was just sent and nobody knows yet what became of it.
    private void mischief() {
        if (!hurried || driver.state().open().isEmpty() || !chance.in100(4)) {
            return;
        }
        int what = chance.from(1, 10);
        if (what <= 4) {
            abort(false);
        } else if (what <= 6) {
            hold();
        } else if (what <= 9) {
            restoreByHand();
        } else {
            edit();
        }
    }

    /// Somebody sees a hold or a question some minutes later.
    private void notice() {
        Phase phase = driver.state().phase();
        boolean asks =
                phase instanceof Phase.Held
                        || (phase instanceof Phase.FallingBack f
                                && f.stage() == Phase.Stage.CONTENT);
        if (!asks) {
            reactAt = Instant.MAX;
            reactingTo = Optional.empty();
        } else if (reactingTo.isEmpty() || !reactingTo.get().equals(phase)) {
            reactingTo = Optional.of(phase);
            reactAt = chance.after(world.now(), Duration.ofMinutes(1), Duration.ofMinutes(30));
        }
    }

    private void react() {
        Cutover c = driver.state();
        if (c.phase() instanceof Phase.FallingBack) {
            if (chance.in100(70)) {
                driver.request(new Input.Approve("alice", c.planHash()));
            } else {
                driver.request(new Input.Resume("alice"));
            }
            return;
        }
        if (!(c.phase() instanceof Phase.Held held)) {
            return;
        }
        if (!edits.isEmpty() && chance.in100(70)) {
            putBack();
        }
        if (!held.from().isPastPromotion() && postpones < 2 && chance.in100(50)) {
            postpones++;
            postpone();
        }
        if (!(driver.state().phase() instanceof Phase.Held)) {
            return;
        }
        if (resumes++ < 5 && chance.in100(75)) {
            driver.request(new Input.Resume("alice"));
        } else {
            abort(false);
        }
    }

    private void approve(String by, boolean rightHash) {
        Cutover c = driver.state();
        boolean early = !c.phase().isPastPromotion() && !c.phase().isFinal();
        oracle.approved(by, rightHash, early);
        Decision d =
                driver.request(
                        new Input.Approve(by, rightHash ? c.planHash() : "another plan's hash"));
        if (!rightHash && early && d.refused().isEmpty() && !d.events().isEmpty()) {
            throw new Broken("approved", "took an approval of another plan in " + c.phase().text());
        }
    }

    private void hold() {
        Phase in = driver.state().phase();
        Decision d = driver.request(new Input.Hold("alice", "wait a moment"));
        oracle.holdAsked(d.refused().isEmpty(), in, driver.state().phase());
    }

    private void abort(boolean twice) {
        Phase in = driver.state().phase();
        Decision d = driver.request(new Input.Abort("bob", "enough"));
        oracle.abortAsked(d.refused().isEmpty(), in, world.now());
        if (twice) {
            abort(false);
        }
    }

    private void postpone() {
        Plan plan = driver.state().plan();
        Duration length = between(plan.window().opensAt(), plan.window().closesAt());
        Instant opens = world.now().plus(Duration.ofMinutes(chance.from(20, 90)));
        driver.request(
                new Input.Postpone(
                        "bob",
                        new Plan.Window(
                                opens,
                                opens.plus(length),
                                plan.window().zone(),
                                plan.window().atClose()),
                        "not today"));
        for (String by : List.of("alice", "bob")) {
            if (chance.in100(95)) {
                at(
                        chance.after(world.now(), Duration.ofMinutes(1), Duration.ofMinutes(20)),
                        () -> approve(by, true));
            }
        }
    }

    // --- by hand in the provider's dashboard ---

    private void edit() {
        if (world.pool.isPresent() && chance.in100(35)) {
            editPool(world.pool.get());
            return;
        }
        if (chance.in100(10)) {
            editUnplanned();
            return;
        }
        List<EdgeChange> parts = world.scenario.diff().edge();
        if (parts.stream().anyMatch(e -> !e.routes()) && chance.in100(20)) {
            oracle.edgeEdited(world.now());
            trace.note(world.now(), "  " + world.edge.editByHand(parts));
            return;
        }
        SetKey key = chance.of(List.copyOf(world.scenario.promises().keySet()));
        if (chance.in100(20)) {
            restoreByHand();
            return;
        }
        List<DnsRecord> was = world.zone.set(key);
        List<DnsRecord> is = new ArrayList<>(was);
        Instant now = world.now();
        int what = was.isEmpty() ? 6 : chance.from(1, 6);
        int pick = was.isEmpty() ? 0 : chance.from(0, was.size() - 1);
        switch (what) {
            case 1, 2 -> is.set(pick, was.get(pick).withContent(own(key.type())));
            case 3 -> {
                long ttl = chance.of(600L, 3600L, 86_400L, 4711L);
                if (was.get(pick).proxied()) {
                    return;
                }
                is.replaceAll(r -> r.withTtl(ttl));
            }
            case 4 -> is.set(pick, commented(was.get(pick), "person was here " + serial++));
            case 5 -> is.remove(pick);
            default -> is.add(added(key, was));
        }
        put(key, was, is, now);
    }

    /// A weight of a person's own, the old weights, another origin, or a moved one.
    private void editPool(SimPool pool) {
        EdgePart.Pool was = pool.pool();
        List<PoolOrigin> origins = new ArrayList<>(was.origins());
        int pick = chance.from(0, 1);
        switch (chance.from(1, 4)) {
            case 1 -> origins.set(pick, origins.get(pick).withWeight(chance.of(33, 17, 7, 83)));
            case 2 -> {
                for (int i = 0; i < 2; i++) {
                    PoolOrigin old = world.scenario.pool().orElseThrow().origins().get(i);
                    origins.set(i, origins.get(i).withWeight(old.weightPercent()));
                }
            }
            case 3 -> {
                int n = serial++;
                origins.add(PoolOrigin.of("person" + n, "100.64.2." + n, 0));
            }
            default ->
                    origins.set(
                            pick,
                            new PoolOrigin(
                                    origins.get(pick).name(),
                                    "100.64.3." + serial++,
                                    true,
                                    origins.get(pick).weightPercent(),
                                    Optional.empty(),
                                    "",
                                    new TreeMap<>()));
        }
        pool.write(origins, world.now());
        trace.note(world.now(), "  by hand: pool " + was.origins() + " -> " + origins);
        oracle.poolEdited(was, pool.pool(), world.now());
    }

    private String own(RecordType type) {
        int n = serial++;
        return switch (type) {
            case AAAA -> "2001:db8:9::" + n;
            case CNAME -> "person" + n + ".example.org";
            default -> "100.64.0." + n;
        };
    }

    private DnsRecord added(SetKey key, List<DnsRecord> was) {
        DnsRecord bare =
                new DnsRecord(
                        world.zone.newId(),
                        key.name(),
                        key.type(),
                        own(key.type()),
                        300,
                        !was.isEmpty() && was.getFirst().proxied(),
                        "",
                        List.of(),
                        new TreeMap<>(),
                        Optional.empty());
        return bare;
    }

    private static DnsRecord commented(DnsRecord r, String comment) {
        return new DnsRecord(
                r.id(),
                r.name(),
                r.type(),
                r.content(),
                r.ttlSeconds(),
                r.proxied(),
                comment,
                r.tags(),
                r.settings(),
                r.modifiedAt());
    }

    /// Puts every switched set back to its old values, records made again where they are gone.
    private void restoreByHand() {
        for (Scenario.Promise p : world.scenario.promises().values()) {
            List<DnsRecord> was = world.zone.set(p.key());
            boolean moved = was.stream().anyMatch(r -> p.isOnlyNext(r.content()));
            if (!moved && !(was.isEmpty() && !p.original().isEmpty())) {
                continue;
            }
            List<DnsRecord> is = new ArrayList<>();
            for (int i = 0; i < p.original().size(); i++) {
                DnsRecord r = p.original().get(i);
                // The low TTL stays: a person puts the address back and nothing else.
                DnsRecord low =
                        r.proxied() || SimZone.answeredTtl(r) <= p.low() ? r : r.withTtl(p.low());
                is.add(
                        i < was.size()
                                ? low.withId(was.get(i).id())
                                : low.withId(world.zone.newId()));
            }
            put(p.key(), was, is, world.now());
        }
    }

    private void putBack() {
        for (Edit e : List.copyOf(edits).reversed()) {
            if (world.zone.set(e.key()).equals(e.is())) {
                put(e.key(), e.is(), e.was(), world.now());
            }
        }
        edits.clear();
    }

    private void editUnplanned() {
        List<DnsRecord> all = new ArrayList<>(world.zone.records());
        DnsRecord mail = all.getFirst();
        if (!world.scenario.promises().containsKey(mail.key())) {
            all.set(
                    0,
                    SimZone.stamped(
                            mail.withContent("100.64.1." + serial++), mail.id(), world.now()));
            world.zone.replace(all, world.now());
        }
    }

    private void put(SetKey key, List<DnsRecord> was, List<DnsRecord> is, Instant now) {
        List<DnsRecord> before = world.zone.records();
        List<DnsRecord> next = new ArrayList<>(before);
        next.removeIf(r -> r.key().equals(key));
        boolean clash =
                !is.isEmpty()
                        && next.stream()
                                .anyMatch(
                                        r ->
                                                r.name().equals(key.name())
                                                        && (r.type() == RecordType.CNAME
                                                                || key.type() == RecordType.CNAME));
        if (clash || (key.type() == RecordType.CNAME && is.size() > 1)) {
            return;
        }
        List<DnsRecord> stamped = new ArrayList<>();
        for (DnsRecord r : is) {
            stamped.add(was.contains(r) ? r : SimZone.stamped(r, r.id(), now));
        }
        next.addAll(stamped);
        world.zone.replace(next, now);
        edits.add(new Edit(key, was, stamped));
        trace.note(now, "  by hand: " + key + " " + was + " -> " + stamped);
        oracle.personEdited(before, next, now);
    }
}
