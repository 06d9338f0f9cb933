package dev.cutover.wiring;

import dev.cutover.core.life.Action;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Drain;
import dev.cutover.core.timeline.Between;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.Forecast;
import dev.cutover.port.Figures;
import dev.cutover.port.Outbox;
import dev.cutover.run.Node;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Reads figures from the store every few seconds, so that a scrape of the metrics never waits for a
 * database: it gets the last survey, and how old that is.
 */
final class Survey implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Survey.class.getName());
    private static final Duration EVERY = Duration.ofSeconds(5);

    /** Cutovers with series of their own; those beyond it, by id, have none. */
    private static final int MOST_CUTOVERS = 50;

    private final Supplier<List<Cutover>> present;
    private final Outbox outbox;
    private final Figures figures;
    private final InstantSource clock;
    private final MultiGauge live;
    private final MultiGauge actions;
    private final MultiGauge verdicts;
    private final MultiGauge adoption;
    private final MultiGauge errors;
    private final MultiGauge gone;
    private final MultiGauge quorum;
    private final MultiGauge late;
    private final MultiGauge caches;
    private final MultiGauge abortCost;
    private final MultiGauge pending;
    private final MultiGauge oldest;
    private final MultiGauge failures;
    private final MultiGauge channelGone;
    private volatile long surveyedAtNanos = System.nanoTime();
    private volatile boolean closed;

    /**
     * What is asked of this node itself.
     *
     * @param driven how many cutovers it drives
     * @param present those as their drivers last saw them
     * @param sinceStoreAnswered as {@link Node#sinceStoreAnswered}
     * @param clockAhead as {@link Node#clockAhead}
     */
    record OfNode(
            Supplier<Number> driven,
            Supplier<List<Cutover>> present,
            Supplier<Duration> sinceStoreAnswered,
            Supplier<Duration> clockAhead) {
        static OfNode of(Node node) {
            return new OfNode(
                    () -> node.driven().size(),
                    node::present,
                    node::sinceStoreAnswered,
                    node::clockAhead);
        }
    }

    Survey(
            MeterRegistry registry,
            OfNode node,
            Outbox outbox,
            Figures figures,
            Supplier<OptionalLong> cloudflareCallsLeft,
            Supplier<Long> callsLeftOut,
            InstantSource clock) {
        this.present = node.present();
        this.outbox = outbox;
        this.figures = figures;
        this.clock = clock;
        Gauge.builder("cutover.driven", node.driven())
                .description("Cutovers this node drives")
                .register(registry);
        Gauge.builder("cutover.lease.age", () -> seconds(node.sinceStoreAnswered().get()))
                .description("Since the store last answered this node's claims and renewals")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("cutover.clock.ahead", () -> seconds(node.clockAhead().get()))
                .description("How far this machine's clock is ahead of the store's")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("cutover.provider.budget.left", () -> left(cloudflareCallsLeft.get()))
                .description("Calls left as the provider last told; NaN when it has not lately")
                .tag("peer", "cloudflare")
                .register(registry);
        FunctionCounter.builder("cutover.calls.left.out", callsLeftOut, Supplier::get)
                .description(
                        "Provider calls missing in reports because the store was away too long")
                .register(registry);
        live = many(registry, "cutover.live", "Live cutovers in the store, by phase");
        actions = many(registry, "cutover.actions.open", "Open actions of cutovers driven here");
        verdicts = many(registry, "cutover.verdicts", "Cutovers driven here, by last verdict");
        adoption = many(registry, "cutover.adoption.share", "Answers that show the next side");
        errors = many(registry, "cutover.error.share", "Failed probes in the watched window");
        gone = spans(registry, "cutover.forecast.gone", "Until the last old answer is gone");
        quorum = spans(registry, "cutover.forecast.quorum", "Until the quorum is expected");
        late = many(registry, "cutover.forecast.late", "Caches that outlast their TTLs");
        caches = many(registry, "cutover.caches", "Resolvers' caches, by their latest answer");
        abortCost = spans(registry, "cutover.abort.cost", "What an abort takes to reach everybody");
        pending = many(registry, "cutover.outbox.pending", "Announcements a channel has not taken");
        oldest =
                MultiGauge.builder("cutover.outbox.oldest")
                        .description("Age of the oldest announcement a channel has not taken")
                        .baseUnit("seconds")
                        .register(registry);
        failures =
                many(registry, "cutover.channel.failures", "Rounds in a row nothing got through");
        channelGone =
                many(
                        registry,
                        "cutover.channel.gone",
                        "1 when the receiver wants nothing any more");
        Gauge.builder("cutover.survey.age", this, s -> seconds(s.age()))
                .description("Age of the figures that are read from the store")
                .baseUnit("seconds")
                .register(registry);
    }

    private static MultiGauge many(MeterRegistry registry, String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    private static MultiGauge spans(MeterRegistry registry, String name, String description) {
        return MultiGauge.builder(name)
                .description(description)
                .baseUnit("seconds")
                .register(registry);
    }

    void start() {
        Thread.ofVirtual().name("survey").start(this::repeat);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void repeat() {
        while (!closed) {
            try {
                survey();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.DEBUG, "metrics stay as they were: " + e.getMessage());
            }
            try {
                Thread.sleep(EVERY);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Reads everything once. */
    void survey() {
        List<Cutover> driven = present.get();
        show(actions, count(driven, c -> c.open().values(), Survey::kind));
        show(
                verdicts,
                count(
                        driven,
                        c -> c.verdicts().values(),
                        s ->
                                Tags.of(
                                        "check",
                                        s.judged().check().text(),
                                        "verdict",
                                        s.judged().verdict().name().toLowerCase(Locale.ROOT))));
        Map<Tags, Long> phases = new HashMap<>();
        figures.livePhases().forEach((phase, n) -> phases.put(Tags.of("phase", phase), n));
        show(live, phases);
        Map<CutoverId, Instant> watched = watched(driven);
        each(adoption, figures.adoption(watched.keySet()));
        each(errors, figures.failedProbes(watched));
        forecasts(driven, figures.caches(watched.keySet()));
        List<Outbox.Backlog> backlog = outbox.backlog();
        channels(pending, backlog, Outbox.Backlog::pending);
        channels(oldest, backlog, b -> seconds(b.oldest()));
        channels(failures, backlog, Outbox.Backlog::failures);
        channels(channelGone, backlog, b -> b.gone() ? 1 : 0);
        surveyedAtNanos = System.nanoTime();
    }

    private void forecasts(List<Cutover> driven, Map<CutoverId, Caches> known) {
        Instant now = clock.instant();
        Map<CutoverId, Forecast> made = new HashMap<>();
        for (Cutover c : driven) {
            Caches caches = known.get(c.id());
            if (caches != null) {
                Drain.forecast(c, caches, now).ifPresent(f -> made.put(c.id(), f));
            }
        }
        each(
                gone,
                figure(
                        made,
                        f ->
                                f.goneAt()
                                        .flatMap(Between::latest)
                                        .map(at -> until(now, at))
                                        .orElse(0.0)));
        each(
                quorum,
                figure(
                        made,
                        f -> f.quorumAt().map(w -> until(now, w.earliest())).orElse(Double.NaN)));
        each(late, figure(made, f -> (double) f.late().size()));
        Map<Tags, Long> answers = new HashMap<>();
        made.forEach(
                (id, f) ->
                        f.verdicts()
                                .forEach(
                                        (verdict, n) ->
                                                answers.put(
                                                        Tags.of(
                                                                "cutover",
                                                                id.value(),
                                                                "answer",
                                                                verdict.text()),
                                                        (long) n)));
        show(caches, answers);
        each(abortCost, figure(made, f -> seconds(f.abort().longest())));
    }

    private static Map<CutoverId, Double> figure(
            Map<CutoverId, Forecast> made, Function<Forecast, Double> figure) {
        Map<CutoverId, Double> figures = new HashMap<>();
        made.forEach((id, f) -> figures.put(id, figure.apply(f)));
        return figures;
    }

    private static double until(Instant now, Instant at) {
        return Math.max(0, seconds(Duration.between(now, at)));
    }

    private Duration age() {
        return Duration.ofNanos(System.nanoTime() - surveyedAtNanos);
    }

    /** Cutovers whose routing has moved, and since when their errors are counted. */
    private Map<CutoverId, Instant> watched(List<Cutover> driven) {
        Instant now = clock.instant();
        Map<CutoverId, Instant> since = new HashMap<>();
        driven.stream()
                .filter(c -> c.routedAt().isPresent())
                .sorted((a, b) -> a.id().compareTo(b.id()))
                .limit(MOST_CUTOVERS)
                .forEach(
                        c -> {
                            Instant window = now.minus(c.plan().watch().window());
                            Instant routed = c.routedAt().orElseThrow();
                            since.put(c.id(), routed.isAfter(window) ? routed : window);
                        });
        return since;
    }

    private static Tags kind(Action action) {
        String word =
                action.spec()
                        .getClass()
                        .getSimpleName()
                        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                        .toLowerCase(Locale.ROOT);
        return Tags.of("action", word);
    }

    private static <T> Map<Tags, Long> count(
            List<Cutover> cutovers,
            Function<Cutover, Collection<T>> things,
            Function<T, Tags> tags) {
        Map<Tags, Long> counts = new HashMap<>();
        for (Cutover c : cutovers) {
            things.apply(c).forEach(t -> counts.merge(tags.apply(t), 1L, Long::sum));
        }
        return counts;
    }

    private static void show(MultiGauge gauge, Map<Tags, Long> counts) {
        gauge.register(
                counts.entrySet().stream().map(e -> Row.of(e.getKey(), e.getValue())).toList(),
                true);
    }

    private static void each(MultiGauge gauge, Map<CutoverId, Double> values) {
        gauge.register(
                values.entrySet().stream()
                        .map(e -> Row.of(Tags.of("cutover", e.getKey().value()), e.getValue()))
                        .toList(),
                true);
    }

    private static void channels(
            MultiGauge gauge,
            List<Outbox.Backlog> backlog,
            ToDoubleFunction<Outbox.Backlog> value) {
        gauge.register(
                backlog.stream()
                        .map(b -> Row.of(Tags.of("channel", b.channel()), value.applyAsDouble(b)))
                        .toList(),
                true);
    }

    private static double left(OptionalLong calls) {
        return calls.isPresent() ? calls.getAsLong() : Double.NaN;
    }

    private static double seconds(Duration span) {
        return span.toNanos() / 1e9;
    }
}
