package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.Region;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.life.ActionId;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.Forecast;
import dev.cutover.json.SampleEvents;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.NoSamples;
import dev.cutover.port.PortException;
import dev.cutover.port.Resolvers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whom the controller asks, when, and what it makes of silence.
class ResolverRoundsTest {
    private static final String OLD = "198.51.100.10";
    private static final String NEXT = "203.0.113.20";
    private static final DnsName ZONE = new DnsName("acme.example");

    private final World world = new World();
    private final Kept kept = new Kept();
    private final ResolverRounds rounds = new ResolverRounds(world, kept, () -> world.now);
    private final Cutover c = switched();

    @Test
    void everybody_is_asked_first_and_then_who_is_due() {
        world.ttl.put("soon", 40L);
        world.ttl.put("later", 290L);
        assertThat(rounds.isDue(Instant.MIN, world.now)).isTrue();
        rounds.look(c, call());
        assertThat(world.asked).containsExactlyInAnyOrder("soon", "later", "r3", "r4", "r5");

        Set<String> again = new TreeSet<>();
        Instant last = world.now;
        for (int second = 1; second <= 42; second++) {
            world.now = last.plusSeconds(second);
            if (second == 41) {
                world.next.add("soon");
            }
            if (rounds.isDue(last, world.now) && second == 41) {
                world.asked.clear();
                rounds.look(c, call());
                again.addAll(world.asked);
            }
        }
        assertThat(again).contains("soon");
        assertThat(kept.caches(c.id()).orElseThrow().caches())
                .filteredOn(x -> x.resolver().equals("soon"))
                .allMatch(x -> x.oldUntil().isEmpty());
    }

    @Test
    void names_that_are_not_switched_are_not_asked_for() {
        rounds.look(c, call());
        assertThat(world.names).containsExactly(SampleEvents.setName("acme", 0));
        assertThat(world.names).doesNotContain(ZONE);
    }

    @Test
    void before_the_switch_the_zones_soa_alone_is_asked_for() {
        Cutover waiting = of(new Event.PhaseEntered(new Phase.AwaitingGo(), why()));
        assertThat(rounds.wantsBaseline(waiting, world.now)).isTrue();
        rounds.measure(waiting, call());
        assertThat(world.names).containsExactly(ZONE);
        assertThat(rounds.wantsBaseline(waiting, world.now)).isFalse();
        assertThat(rounds.wantsBaseline(c, world.now.plus(Duration.ofHours(1)))).isFalse();
        Evidence.Resolvers seen = rounds.look(c, call());
        assertThat(seen.health().baseline()).contains(Duration.ofMillis(20));
    }

    @Test
    void all_silent_at_once_is_our_own_network_and_nothing_is_kept_of_it() {
        rounds.look(c, call());
        Caches before = kept.caches;
        world.silent.addAll(world.everybody);
        world.now = world.now.plusSeconds(61);
        assertThatThrownBy(() -> rounds.look(c, call()))
                .isInstanceOf(PortException.class)
                .hasMessageContaining("our own network may be down");
        assertThat(kept.caches).isEqualTo(before);
    }

    @Test
    void some_that_answered_and_fail_again_and_again_are_named_and_the_never_heard_are_not() {
        world.silent.add("r5");
        rounds.look(c, call());
        world.silent.addAll(List.of("r3", "r4"));
        Evidence.Resolvers seen = rounds.look(c, call());
        for (int minute = 0; minute < 3; minute++) {
            world.now = world.now.plusSeconds(61);
            seen = rounds.look(c, call());
        }
        assertThat(seen.health().failing()).containsExactly("r3", "r4");
        assertThat(seen.health().steady()).isEqualTo(4);
    }

    @Test
    void a_restarted_controller_goes_on_with_what_was_known() {
        world.ttl.put("later", 290L);
        rounds.look(c, call());
        var restarted = new ResolverRounds(world, kept, () -> world.now);
        world.now = world.now.plusSeconds(5);
        world.next.add("later"); // another cache behind the address
        restarted.look(c, call());
        assertThat(kept.caches(c.id()).orElseThrow().caches())
                .filteredOn(x -> x.resolver().equals("later"))
                .allMatch(x -> x.oldUntil().isPresent());
    }

    @Test
    void a_region_is_heard_beside_the_resolvers_own_place_until_nobody_answers_for_it() {
        Cutover regional = switched(withRegion(SampleEvents.plan("acme", 1)));
        world.answersFor.add("r3");
        world.next.addAll(List.of("soon", "later", "r4", "r5"));
        Evidence.Resolvers seen = rounds.look(regional, call());
        assertThat(world.regions).extracting(Region::name).containsExactly("DE");
        assertThat(seen.own().answers()).hasSize(5);
        assertThat(seen.of("DE").answers())
                .extracting(ResolverAnswer::resolver)
                .containsExactly("r3");
        Forecast forecast = Forecast.of(kept.caches(c.id()).orElseThrow(), 0.95, 300, world.now);
        assertThat(forecast.regions()).containsExactly(new Forecast.RegionShare("DE", 1, 0));

        world.answersFor.clear();
        world.now = world.now.plusSeconds(61);
        assertThat(rounds.look(regional, call()).of("DE").answers()).isEmpty();
    }

    private static Plan withRegion(Plan plan) {
        Plan.Watch w = plan.watch();
        return new Plan(
                plan.name(),
                plan.owner(),
                plan.site(),
                plan.preset(),
                plan.window(),
                plan.ttl(),
                plan.zone(),
                plan.sets(),
                plan.origins(),
                plan.rules(),
                plan.writes(),
                plan.dwell(),
                plan.soak(),
                plan.edge(),
                plan.promotion(),
                plan.checks(),
                new Plan.Watch(
                        w.provider(),
                        w.errorCeiling(),
                        w.resolverLatencyCeiling(),
                        w.window(),
                        w.patience(),
                        w.quorum(),
                        w.weights(),
                        Optional.of(new Plan.Regions(List.of(Region.parse("DE=198.51.100.0/24"))))),
                plan.fallback(),
                plan.approvals(),
                plan.limits());
    }

    /// A cutover whose one step is switched and served.
    private static Cutover switched() {
        return switched(SampleEvents.plan("acme", 1));
    }

    private static Cutover switched(Plan plan) {
        var spec = new ActionSpec.SwitchStep(1, SampleEvents.NOW);
        return of(
                plan,
                new Event.PhaseEntered(new Phase.Switching(1, 1), why()),
                new Event.ActionIntended(
                        new ActionId(new CutoverId("acme-1"), spec.key(), 1),
                        spec,
                        SampleEvents.OPENS_AT),
                new Event.StepServed(1));
    }

    private static Cutover of(Event... events) {
        return of(SampleEvents.plan("acme", 1), events);
    }

    private static Cutover of(Plan plan, Event... events) {
        List<Event> all = new ArrayList<>();
        all.add(SampleEvents.scheduled(plan));
        all.addAll(List.of(events));
        List<JournalEntry> entries = new ArrayList<>();
        for (Event event : all) {
            entries.add(
                    new JournalEntry(
                            new CutoverId("acme-1"),
                            entries.size() + 1L,
                            SampleEvents.NOW,
                            "controller",
                            event));
        }
        return Cutover.of(entries);
    }

    private static Phase.Reason why() {
        return new Phase.Reason("Test", "a test");
    }

    private static Call call() {
        return Call.reading("acme-1", "resolvers", Deadline.in(Duration.ofSeconds(5)));
    }

    /// Five resolvers.
    private static final class World implements Resolvers {
        final List<String> everybody = List.of("soon", "later", "r3", "r4", "r5");
        final Map<String, Long> ttl = new HashMap<>();
        final Set<String> next = new HashSet<>();
        final Set<String> silent = new HashSet<>();
        final Set<DnsName> names = new HashSet<>();
        final List<String> asked = new ArrayList<>();
        final Set<String> answersFor = new HashSet<>();
        final Set<Region> regions = new HashSet<>();
        Instant now = SampleEvents.NOW;

        @Override
        public List<ResolverAnswer> askResolvers(List<SetKey> sets, Call call) {
            return askResolvers(sets, new HashSet<>(everybody), call);
        }

        @Override
        public List<ResolverAnswer> askResolvers(
                List<SetKey> sets, Optional<Set<String>> whom, List<Region> places, Call call) {
            regions.addAll(places);
            Set<String> named = whom.orElse(new HashSet<>(everybody));
            List<ResolverAnswer> answers = new ArrayList<>(askResolvers(sets, named, call));
            for (ResolverAnswer own : List.copyOf(answers)) {
                if (answersFor.contains(own.resolver())) {
                    places.forEach(
                            place ->
                                    answers.add(
                                            new ResolverAnswer(
                                                    own.resolver(),
                                                    own.set(),
                                                    List.of(OLD),
                                                    200,
                                                    own.latency(),
                                                    "",
                                                    own.told().from("", place.name()))));
                }
            }
            return answers;
        }

        @Override
        public List<ResolverAnswer> askResolvers(List<SetKey> sets, Set<String> whom, Call call) {
            List<ResolverAnswer> answers = new ArrayList<>();
            for (String resolver : everybody) {
                if (whom.contains(resolver)) {
                    asked.add(resolver);
                    sets.forEach(set -> answers.add(answer(resolver, set)));
                }
            }
            return answers;
        }

        private ResolverAnswer answer(String resolver, SetKey set) {
            names.add(set.name());
            boolean soa = set.type() == RecordType.SOA;
            return silent.contains(resolver)
                    ? new ResolverAnswer(resolver, set, List.of(), 0, Duration.ZERO, "no answer")
                    : new ResolverAnswer(
                            resolver,
                            set,
                            List.of(soa ? "soa" : next.contains(resolver) ? NEXT : OLD),
                            next.contains(resolver) ? 300 : ttl.getOrDefault(resolver, 200L),
                            Duration.ofMillis(20),
                            "");
        }

        @Override
        public List<AuthorityAnswer> askAuthorities(DnsName zone, List<SetKey> sets, Call call) {
            return List.of();
        }

        @Override
        public List<String> addresses(DnsName name, Call call) {
            return List.of();
        }
    }

    /// Keeps the last of each.
    private static final class Kept extends NoSamples {
        @Nullable Caches caches;

        @Override
        public void keepCaches(CutoverId id, Caches known) {
            caches = known;
        }

        @Override
        public Optional<Caches> caches(CutoverId id) {
            return Optional.ofNullable(caches);
        }
    }
}
