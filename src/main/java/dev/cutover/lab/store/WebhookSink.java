package dev.cutover.lab.store;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.CallTap.Kind;
import dev.cutover.lab.CallTap.Moment;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.http.LoopbackServer;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.http.Request;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A receiver of webhooks on loopback that remembers everything it got.
 *
 * <p>Deliveries are told apart by the header {@code webhook-id}; a repeat of one id is kept as
 * another delivery and counted once in {@link #ids}. Source: Standard Webhooks 1.0. Safe for many
 * threads.
 */
public final class WebhookSink implements AutoCloseable {

    private static final int MOST_KEPT = 20_000;

    /**
     * One delivery.
     *
     * @param id the header {@code webhook-id}, empty when it was missing
     * @param headers names in lower case
     * @param answered the status it was answered with
     */
    public record Delivery(
            Instant at,
            String path,
            String id,
            Map<String, List<String>> headers,
            String body,
            int answered) {}

    private final CallTap tap;
    private final LabClock clock;
    private final LoopbackServer server;
    private final List<Delivery> deliveries = new ArrayList<>();
    private Reply.Answer failing = Reply.empty(500);
    private int failures;

    /** Starts on any free port of {@link LoopbackServer#PLAIN_ADDRESS}. */
    public WebhookSink(LabClock clock, CallTap tap) {
        this.clock = clock;
        this.tap = tap;
        this.server =
                new LoopbackServer(
                        LoopbackServer.PLAIN_ADDRESS, 0, Optional.empty(), 1 << 20, this::answered);
    }

    /** Where announcements are posted. */
    public URI endpoint() {
        return URI.create(server.uri() + "/hooks/cutover");
    }

    /** Answers the next deliveries with this status; they are remembered all the same. */
    public synchronized void failNext(int count, int status) {
        answerNext(count, Reply.empty(status));
    }

    /** Answers the next deliveries with this; they are remembered all the same. */
    public synchronized void answerNext(int count, Reply.Answer answer) {
        failures = count;
        failing = answer;
    }

    /** While true connections are refused. */
    public void refuse(boolean refused) {
        server.refuse(refused);
    }

    /** Every delivery in order, refused ones included; the first 20,000. */
    public synchronized List<Delivery> deliveries() {
        return List.copyOf(deliveries);
    }

    /** The ids of deliveries that were taken, each once, in order of the first. */
    public synchronized Set<String> ids() {
        var ids = new LinkedHashSet<String>();
        for (var delivery : deliveries) {
            if (delivery.answered() < 300 && !delivery.id().isEmpty()) {
                ids.add(delivery.id());
            }
        }
        return ids;
    }

    @Override
    public void close() {
        server.close();
    }

    private Reply answered(Request request) {
        if (!request.method().equals("POST")) {
            return Reply.empty(405).with("Allow", "POST");
        }
        var id = request.header("webhook-id").orElse("");
        var detail = "POST " + request.path() + " " + id;
        tap.at(Kind.WEBHOOK, Moment.BEFORE, detail);
        var answer = kept(request, id);
        tap.at(Kind.WEBHOOK, Moment.DURING, detail);
        return answer.then(() -> tap.at(Kind.WEBHOOK, Moment.AFTER, detail));
    }

    private synchronized Reply.Answer kept(Request request, String id) {
        var answer = failures > 0 ? failing : Reply.empty(204);
        failures = Math.max(0, failures - 1);
        if (deliveries.size() < MOST_KEPT) {
            deliveries.add(
                    new Delivery(
                            clock.instant(),
                            request.path(),
                            id,
                            request.headers(),
                            request.text(),
                            answer.status()));
        }
        return answer;
    }
}
