package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.cli.DemoLab;
import dev.cutover.lab.world.DemoPlan;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Some cutovers, watched and driven on by their people: they approve, resume what was held because nothing
 * could be seen for a while, and time jumps when nobody has work.
 */
final class Company {
    private final DemoLab lab;
    private final List<String> ids;
    private final Map<String, JsonNode> latest = new LinkedHashMap<>();
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
        return latest.values().stream().map(s -> s.path("phase").asText()).toList();
    }

    /** Goes on until each cutover is in that phase, or past it. */
    void reach(String phase) throws Exception {
        until(
                phase,
                () ->
                        latest.size() == ids.size()
                                && latest.values().stream()
                                        .allMatch(
                                                s ->
                                                        s.path("over").asBoolean()
                                                                || s.path("phase")
                                                                        .asText()
                                                                        .startsWith(phase)));
    }

    void tryToReach(String phase) {
        try {
            reach(phase);
        } catch (Exception | AssertionError e) {
            // Another story told meanwhile.
        }
    }

    void finish() throws Exception {
        until(
                "over",
                () ->
                        latest.size() == ids.size()
                                && latest.values().stream()
                                        .allMatch(s -> s.path("over").asBoolean()));
    }

    void until(String what, BooleanSupplier reached) throws Exception {
        long until = System.nanoTime() + Duration.ofMinutes(6).toNanos();
        while (!reached.getAsBoolean()) {
            look();
            assertThat(System.nanoTime() - until)
                    .as("not %s after 6 minutes: %s; see %s", what, phases(), lab.world().folder())
                    .isNegative();
            Thread.sleep(Duration.ofMillis(250));
        }
    }

    private synchronized void look() {
        try {
            boolean idle = true;
            Instant wakeAt = Instant.MAX;
            for (String id : ids) {
                JsonNode status = lab.status(id);
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
