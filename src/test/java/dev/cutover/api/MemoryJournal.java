package dev.cutover.api;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.port.Journal;
import dev.cutover.port.Lease;
import dev.cutover.port.News;
import dev.cutover.port.RequestKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// The journal as its port promises it, in memory and for one process.
final class MemoryJournal implements Journal, News {
    private final BlockingQueue<CutoverId> news = new LinkedBlockingQueue<>();
    private final Map<CutoverId, List<JournalEntry>> entries = new LinkedHashMap<>();
    private final Map<CutoverId, Instant> wakeAt = new LinkedHashMap<>();
    private final Map<String, Map.Entry<RequestKey, CutoverId>> begun = new TreeMap<>();
    private final Map<String, Map.Entry<RequestKey, Requested>> answered = new TreeMap<>();

    @Override
    public synchronized Optional<Begun> begun(RequestKey repeat) {
        Map.Entry<RequestKey, CutoverId> first = begun.get(repeat.key());
        if (first == null) {
            return Optional.empty();
        }
        return Optional.of(
                first.getKey().equals(repeat)
                        ? new Begun.Ok(
                                Cutover.of(
                                        entries.getOrDefault(first.getValue(), List.of())
                                                .subList(0, 1)))
                        : new Begun.KeyReused(first.getValue()));
    }

    @Override
    public synchronized Begun begin(
            Event.Scheduled first, String by, Instant at, Optional<RequestKey> repeat) {
        Optional<Begun> before = repeat.flatMap(this::begun);
        if (before.isPresent()) {
            return before.get();
        }
        Map<String, CutoverId> held = claims();
        held.keySet().retainAll(first.plan().claims());
        if (!held.isEmpty()) {
            return new Begun.Overlap(held);
        }
        CutoverId id = new CutoverId(first.plan().name() + "-" + (entries.size() + 1));
        entries.put(id, new ArrayList<>(List.of(new JournalEntry(id, 1, at, by, first))));
        wakeAt.put(id, at);
        repeat.ifPresent(key -> begun.put(key.key(), Map.entry(key, id)));
        tell(id, 1);
        return new Begun.Ok(state(id));
    }

    @Override
    public synchronized Optional<Cutover> load(CutoverId id) {
        return entries.containsKey(id) ? Optional.of(state(id)) : Optional.empty();
    }

    @Override
    public synchronized List<JournalEntry> entries(CutoverId id, long afterSeq, int most) {
        return entries.getOrDefault(id, List.of()).stream()
                .filter(e -> e.seq() > afterSeq)
                .limit(most)
                .toList();
    }

    @Override
    public synchronized Optional<Row> row(CutoverId id) {
        return load(id).map(this::row);
    }

    @Override
    public synchronized Page list(Filter filter, int most) {
        List<CutoverId> newestFirst = new ArrayList<>(entries.keySet()).reversed();
        List<Row> rows =
                newestFirst.stream()
                        .skip(filter.after().map(id -> newestFirst.indexOf(id) + 1).orElse(0))
                        .map(this::state)
                        .map(this::row)
                        .filter(r -> filter.live().map(live -> live == r.live()).orElse(true))
                        .filter(
                                r ->
                                        filter.phase()
                                                .map(p -> (r.phase() + "(").startsWith(p + "("))
                                                .orElse(true))
                        .filter(
                                r ->
                                        filter.host()
                                                .map(h -> r.plan().site().host().value().equals(h))
                                                .orElse(true))
                        .limit(most + 1L)
                        .toList();
        return rows.size() > most
                ? new Page(rows.subList(0, most), Optional.of(rows.get(most - 1).id()))
                : new Page(rows, Optional.empty());
    }

    private Row row(Cutover c) {
        return new Row(
                c.id(),
                c.seq(),
                c.plan(),
                c.phase().text(),
                !c.phase().isFinal(),
                "node-1",
                wakeAt.getOrDefault(c.id(), Instant.EPOCH));
    }

    @Override
    public synchronized Map<String, CutoverId> claims() {
        Map<String, CutoverId> claims = new TreeMap<>();
        for (CutoverId id : entries.keySet()) {
            Cutover c = state(id);
            if (!c.phase().isFinal()) {
                c.plan().claims().forEach(claim -> claims.put(claim, id));
            }
        }
        return claims;
    }

    @Override
    public synchronized Optional<Requested> request(
            CutoverId id,
            String by,
            Instant at,
            Optional<RequestKey> repeat,
            Function<Cutover, Decision> decide) {
        if (!entries.containsKey(id)) {
            return Optional.empty();
        }
        String key = id + " " + repeat.map(RequestKey::key).orElse("");
        Map.Entry<RequestKey, Requested> before = repeat.isPresent() ? answered.get(key) : null;
        if (before != null) {
            return Optional.of(
                    repeat.get().equals(before.getKey())
                            ? before.getValue()
                            : new Requested(
                                    new Decision(
                                            List.of(),
                                            at,
                                            Optional.of(new Phase.Reason(KEY_REUSED, "reused"))),
                                    state(id)));
        }
        Decision decision = decide.apply(state(id));
        add(id, by, at, decision.events());
        Requested requested = new Requested(decision, state(id));
        repeat.ifPresent(k -> answered.put(key, Map.entry(k, requested)));
        return Optional.of(requested);
    }

    /// What happens by itself: an entry as a driver somewhere would append it.
    synchronized void happens(CutoverId id, Event event) {
        add(id, "controller", Instant.EPOCH, List.of(event));
    }

    @Override
    public Heard await(Duration most) {
        try {
            CutoverId grown = news.poll(most.toMillis(), TimeUnit.MILLISECONDS);
            return new Heard(false, grown == null ? Map.of() : Map.of(grown, length(grown)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Heard(true, Map.of());
        }
    }

    private synchronized long length(CutoverId id) {
        return entries.getOrDefault(id, List.of()).size();
    }

    private void tell(CutoverId id, int grown) {
        if (grown > 0) {
            news.add(id);
        }
    }

    @Override
    public synchronized Optional<Cutover> append(
            Lease lease, Cutover from, List<Event> events, Instant at, Instant wake) {
        if (state(from.id()).seq() != from.seq()) {
            return Optional.empty();
        }
        add(from.id(), "controller", at, events);
        wakeAt.put(from.id(), wake);
        return Optional.of(state(from.id()));
    }

    private void add(CutoverId id, String by, Instant at, List<Event> events) {
        List<JournalEntry> all = entries.getOrDefault(id, new ArrayList<>());
        for (Event event : events) {
            all.add(new JournalEntry(id, all.size() + 1L, at, by, event));
        }
        tell(id, events.size());
    }

    private Cutover state(CutoverId id) {
        return Cutover.of(entries.getOrDefault(id, List.of()));
    }

    synchronized void clear() {
        entries.clear();
        wakeAt.clear();
        begun.clear();
        answered.clear();
    }
}
