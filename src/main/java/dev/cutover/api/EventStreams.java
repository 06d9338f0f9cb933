package dev.cutover.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.run.Cutovers;
import dev.cutover.run.Feed;
import dev.cutover.run.StoreUnavailableException;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Streams of events: bounded in number, in memory and in time.
///
/// A stream holds one page of entries at a time and waits until its client has taken it, so a slow
/// reader costs a thread that sleeps. One that reads nothing for too long is cut off; it can go on
/// where it was.
///
/// Source: HTML Living Standard, section 9.2 "Server-sent events".
@Singleton
public final class EventStreams {
    private static final int PAGE = 100;

    /// Characters handed to the connection before its client must have taken them.
    private static final int MOST_AT_ONCE = 64 * 1024;

    /// After how many milliseconds browsers come again.
    private static final byte[] HEAD = "retry: 2000\n\n".getBytes(StandardCharsets.US_ASCII);

    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .addModule(new JavaTimeModule())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .build();

    private final Cutovers cutovers;
    private final Feed feed;
    private final StreamLimits limits;

    /// How many streams are open, by who reads them; guarded by itself.
    private final Map<String, Integer> open = new TreeMap<>();

    @Inject
    public EventStreams(Cutovers cutovers, Feed feed, StreamLimits limits) {
        this.cutovers = cutovers;
        this.feed = feed;
        this.limits = limits;
    }

    /// One cutover's journal from an entry on, then every entry as it is written; ends after the
    /// last entry of a cutover that is over.
    ///
    /// @param after only entries after this number
    /// @throws ProblemException 503 when too many streams are open, 429 when too many are this
    /// reader's
    public StreamingOutput journal(
            CutoverId id, long after, RoutingContext routing, StreamReader reader) {
        // Followed before the first look, so that nothing is written unseen between the two.
        EventStream stream = admit(() -> feed.follow(id), routing, reader);
        return out ->
                stream.send(
                        out,
                        HEAD,
                        () -> {
                            long last = after;
                            while (true) {
                                last = entriesAfter(stream, id, last);
                                if (isOver(id, last)
                                        || !awaitMore(stream)
                                        || !reader.welcome().getAsBoolean()) {
                                    return;
                                }
                            }
                        });
    }

    /// Writes what there is, page by page; the number of the last entry written.
    private long entriesAfter(EventStream stream, CutoverId id, long after)
            throws IOException, InterruptedException {
        long last = after;
        List<JournalEntry> page;
        do {
            page = cutovers.entries(id, last, PAGE);
            StringBuilder frames = new StringBuilder();
            for (JournalEntry entry : page) {
                EventView view = EventView.of(entry);
                frames.append("id: ").append(view.seq()).append('\n');
                frames.append("event: ").append(view.type()).append('\n');
                frames.append("data: ").append(text(view)).append("\n\n");
                last = view.seq();
                if (frames.length() > MOST_AT_ONCE) {
                    stream.write(frames.toString());
                    frames.setLength(0);
                }
            }
            stream.write(frames.toString());
        } while (page.size() == PAGE);
        return last;
    }

    private boolean isOver(CutoverId id, long last) {
        return cutovers.row(id).map(row -> !row.live() && row.seq() == last).orElse(true);
    }

    /// Which cutovers grew, as it happens. Nothing of the past, and nothing that happened while the
    /// client was away: whoever comes looks at the list first.
    ///
    /// @throws ProblemException 503 when too many streams are open, 429 when too many are this
    /// reader's
    public StreamingOutput changes(RoutingContext routing, StreamReader reader) {
        EventStream stream = admit(feed::followAll, routing, reader);
        return out ->
                stream.send(
                        out,
                        HEAD,
                        () -> {
                            stream.write(LOOK);
                            while (true) {
                                Feed.Woken woken = stream.await(limits.heartbeat());
                                if (woken.over()
                                        || stream.isOlderThan(limits.longest())
                                        || !reader.welcome().getAsBoolean()) {
                                    return;
                                }
                                stream.write(changes(woken));
                            }
                        });
    }

    private static final String LOOK = "event: look\ndata: {}\n\n";

    private static String changes(Feed.Woken woken) {
        if (woken.isQuiet()) {
            return EventStream.HEARTBEAT;
        }
        StringBuilder frames = new StringBuilder(woken.everything() ? LOOK : "");
        woken.grown().entrySet().stream()
                .sorted(Map.Entry.comparingByKey((a, b) -> a.value().compareTo(b.value())))
                .map(e -> new ChangedView(e.getKey().value(), e.getValue()))
                .forEach(
                        c ->
                                frames.append("event: changed\ndata: ")
                                        .append(text(c))
                                        .append("\n\n"));
        return frames.toString();
    }

    /// Whether the stream goes on; writes a heartbeat when nothing came.
    private boolean awaitMore(EventStream stream) throws IOException, InterruptedException {
        Feed.Woken woken = stream.await(limits.heartbeat());
        if (woken.over() || stream.isOlderThan(limits.longest())) {
            return false;
        }
        if (woken.isQuiet()) {
            stream.write(EventStream.HEARTBEAT);
        }
        return true;
    }

    private EventStream admit(
            Supplier<Feed.Follower> follower, RoutingContext routing, StreamReader reader) {
        takePlace(reader.name());
        try {
            return new EventStream(
                            follower.get(),
                            routing,
                            limits.patience(),
                            () -> leavePlace(reader.name()))
                    .endingWithItsClient();
        } catch (RuntimeException e) {
            leavePlace(reader.name());
            throw e;
        }
    }

    private void takePlace(String name) {
        synchronized (open) {
            if (open.getOrDefault(name, 0) >= limits.mostOfOne()) {
                throw new ProblemException(Problem.tooManyStreamsOfOne(name, limits.mostOfOne()));
            }
            if (open() >= limits.most()) {
                throw new ProblemException(Problem.tooManyStreams(limits.most()));
            }
            open.merge(name, 1, Integer::sum);
        }
    }

    /// How many streams have a place.
    int open() {
        synchronized (open) {
            return open.values().stream().mapToInt(n -> n).sum();
        }
    }

    private void leavePlace(String name) {
        synchronized (open) {
            open.computeIfPresent(name, (n, so) -> so > 1 ? so - 1 : null);
        }
    }

    private static String text(Object view) {
        try {
            return JSON.writeValueAsString(view);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a view is JSON", e);
        }
    }

    /// What a stream does until its end.
    interface Course {
        /// Runs until the stream ends by itself.
        ///
        /// @throws StoreUnavailableException when the journal cannot be read; the client comes
        /// again
        void run() throws IOException, InterruptedException;
    }
}
