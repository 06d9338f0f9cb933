package dev.cutover.api;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.plan.Plan;
import dev.cutover.port.Journal;
import dev.cutover.port.Lease;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// The journal as its port promises it, in memory and for one process.
final class MemoryJournal implements Journal {
    private final Map<CutoverId, List<JournalEntry>> entries = new LinkedHashMap<>();
    private final Map<CutoverId, Instant> wakeAt = new LinkedHashMap<>();
    private final Map<String, CutoverId> begun = new TreeMap<>();
    private final Map<String, Requested> answered = new TreeMap<>();

    @Override
    public synchronized Begun begin(
            Event.Scheduled first, String by, Instant at, Optional<String> idempotencyKey) {
        if (idempotencyKey.isPresent() && begun.containsKey(idempotencyKey.get())) {
            return new Begun.Ok(state(begun.get(idempotencyKey.get())));
        }
        Map<DnsName, CutoverId> held = claims();
        held.keySet().retainAll(first.plan().sets().stream().map(Plan.PlannedSet::name).toList());
        if (!held.isEmpty()) {
            return new Begun.Overlap(held);
        }
        CutoverId id = new CutoverId(first.plan().name() + "-" + (entries.size() + 1));
        entries.put(id, new ArrayList<>(List.of(new JournalEntry(id, 1, at, by, first))));
        wakeAt.put(id, at);
        idempotencyKey.ifPresent(key -> begun.put(key, id));
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
        return list(Integer.MAX_VALUE).stream().filter(r -> r.id().equals(id)).findFirst();
    }

    @Override
    public synchronized List<Row> list(int most) {
        return new ArrayList<>(entries.keySet())
                .reversed().stream()
                        .limit(most)
                        .map(this::state)
                        .map(
                                c ->
                                        new Row(
                                                c.id(),
                                                c.seq(),
                                                c.plan(),
                                                c.phase().text(),
                                                !c.phase().isFinal(),
                                                "node-1",
                                                wakeAt.getOrDefault(c.id(), Instant.EPOCH)))
                        .toList();
    }

    @Override
    public synchronized Map<DnsName, CutoverId> claims() {
        Map<DnsName, CutoverId> claims = new TreeMap<>();
        for (CutoverId id : entries.keySet()) {
            Cutover c = state(id);
            if (!c.phase().isFinal()) {
                c.plan().sets().forEach(set -> claims.put(set.name(), id));
            }
        }
        return claims;
    }

    @Override
    public synchronized Optional<Requested> request(
            CutoverId id,
            String by,
            Instant at,
            Optional<String> idempotencyKey,
            Function<Cutover, Decision> decide) {
        if (!entries.containsKey(id)) {
            return Optional.empty();
        }
        String key = id + " " + idempotencyKey.orElse("");
        if (idempotencyKey.isPresent() && answered.containsKey(key)) {
            return Optional.ofNullable(answered.get(key));
        }
        Decision decision = decide.apply(state(id));
        add(id, by, at, decision.events());
        Requested requested = new Requested(decision, state(id));
        idempotencyKey.ifPresent(k -> answered.put(key, requested));
        return Optional.of(requested);
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
