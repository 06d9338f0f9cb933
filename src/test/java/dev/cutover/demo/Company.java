package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.cli.DemoLab;
import dev.cutover.lab.world.DemoPlan;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Some cutovers, watched and driven on by their people: they approve, resume what was held because nothing
 * could be seen for a while, and time jumps when nobody has work.
 */
final class Company {
    /** A busy machine takes a minute for what a quiet one does in ten seconds. */
    private static final Duration MOST = Duration.ofMinutes(8);

    private static final int MOST_TOLD = 6;

    private final DemoLab lab;
    private final List<String> ids;
    private final Map<String, JsonNode> latest = new ConcurrentHashMap<>();

    /** Every phase somebody was seen in, after its id. */
    private final Set<String> was = ConcurrentHashMap.newKeySet();

    private volatile String unanswered = "";
    private int resumes;

    Company(DemoLab lab, List<String> ids) {
        this.lab = lab;
        this.ids = List.copyOf(ids);
    }

    static List<String> scheduleAll(DemoLab lab, DemoPlan plan) throws IOException {
        List<String> ids = new ArrayList<>();
        for (String yaml : lab.world().plansByName(plan)) {
            ids.add(lab.schedule(yaml, lab.world().planFiles(5), "company-" + ids.size()));
        }
        return ids;
    }

    List<String> ids() {
        return ids;
    }

    List<String> phases() {
        return ids.stream()
                .map(id -> latest.get(id))
                .filter(Objects::nonNull)
                .map(s -> s.path("phase").asText())
                .toList();
    }

    /** Goes on until each cutover was in that phase or is over; some may be past it by then. */
    void reach(String phase) throws Exception {
        until(
                phase,
                () ->
                        ids.stream()
                                .allMatch(
                                        id ->
                                                isOver(id)
                                                        || was.stream()
                                                                .anyMatch(
                                                                        w ->
                                                                                w.startsWith(
                                                                                        id + " "
                                                                                                + phase))));
    }

    private boolean isOver(String id) {
        JsonNode status = latest.get(id);
        return status != null && status.path("over").asBoolean();
    }

    void tryToReach(String phase) {
        try {
            reach(phase);
        } catch (Exception | AssertionError e) {
            // Another story told meanwhile.
        }
    }

    void finish() throws Exception {
        until("over", () -> ids.stream().allMatch(this::isOver));
    }

    void until(String what, BooleanSupplier reached) throws Exception {
        long until = System.nanoTime() + MOST.toNanos();
        while (!reached.getAsBoolean()) {
            look();
            assertThat(System.nanoTime() - until)
                    .as(() -> "not " + what + " after " + MOST + ": " + standing())
                    .isNegative();
            Thread.sleep(Duration.ofMillis(250));
        }
    }

    /** Who is not over and why, as far as it can be told. */
    private String standing() {
        List<String> left = ids.stream().filter(id -> !isOver(id)).toList();
        StringBuilder text = new StringBuilder(left.size() + " of " + ids.size() + " not over\n");
        for (String id : left.subList(0, Math.min(MOST_TOLD, left.size()))) {
            JsonNode status = latest.get(id);
            if (status == null) {
                text.append(id).append(" never answered\n");
            } else {
                text.append(id).append(' ').append(status.path("phase").asText());
                text.append(" until ").append(status.path("wakeAt").asText());
                text.append(", open ").append(status.path("openActions"));
                for (JsonNode gate : status.path("gates")) {
                    if (!gate.path("verdict").asText().equalsIgnoreCase("pass")) {
                        text.append(", ").append(gate.path("check").asText());
                        text.append(": ").append(gate.path("summary").asText());
                    }
                }
                text.append('\n');
            }
        }
        text.append("it is ").append(lab.world().clock().instant());
        text.append(unanswered.isEmpty() ? "" : ", last call without an answer: " + unanswered);
        return text.append('\n').append(lab.lastWords()).toString();
    }

    private synchronized void look() {
        try {
            boolean idle = true;
            Instant wakeAt = Instant.MAX;
            for (String id : ids) {
                JsonNode status = lab.status(id);
                was.add(id + " " + status.path("phase").asText());
                JsonNode before = latest.put(id, status);
                if (before != null) {
                    assertThat(status.path("seq").asLong())
                            .as("an acknowledged event of %s was lost", id)
                            .isGreaterThanOrEqualTo(before.path("seq").asLong());
                }
                if (status.path("phase").asText().equals("AwaitingGo")
                        && status.path("approvals").path("given").isEmpty()) {
                    lab.approve(id, status.path("planHash").asText());
                }
                if (status.path("phase").asText().endsWith(", Blind)")) {
                    resume(id, status);
                }
                if (!status.path("over").asBoolean()) {
                    idle &= status.path("openActions").isEmpty();
                    Instant at = Instant.parse(status.path("wakeAt").asText());
                    wakeAt = at.isBefore(wakeAt) ? at : wakeAt;
                }
            }
            Instant target = wakeAt.equals(Instant.MAX) ? wakeAt : wakeAt.minusSeconds(1);
            Instant now = lab.world().clock().instant();
            if (idle && !target.equals(Instant.MAX) && target.isAfter(now.plusSeconds(15))) {
                lab.world().clock().jumpTo(target);
            }
        } catch (IOException e) {
            // No node answers for a moment.
            unanswered = String.valueOf(e.getMessage());
        }
    }

    /** What on-call staff does once it sees again; asked too early it is refused or held again. */
    private void resume(String id, JsonNode status) {
        try {
            lab.ask(id, "resume", "");
            resumes++;
            System.out.println("company: resumed " + id + " from " + status.path("phase").asText());
        } catch (IOException e) {
            System.out.println("company: " + id + " is not resumed yet: " + e.getMessage());
        }
    }

    /** How often a hold was ended by a person. */
    int resumes() {
        return resumes;
    }
}
