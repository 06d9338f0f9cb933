package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.Oracle;
import dev.cutover.lab.world.Scenario;
import dev.cutover.lab.world.Stage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One scenario played from plan to end: the lab's time jumps while nothing happens, people approve, the
 * scenario breaks things, and the oracle has the last word.
 */
public final class DemoPlay implements Stage {
    /** Time jumps only when the next wake-up is at least this far away. */
    private static final Duration WORTH_A_JUMP = Duration.ofSeconds(15);

    private static final int MOST_TRIES = 5;
    private static final int MOST_OF_A_GATE = 240;
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final DemoLab lab;
    private final Scenario scenario;
    private final DemoPlan plan;
    private final Duration most;
    private final Consumer<JsonNode> watcher;
    private final Consumer<String> narrator;
    private volatile String phase = "";
    private volatile JsonNode latest = MissingNode.getInstance();
    private volatile String id = "";
    private volatile String unanswered = "";
    private volatile boolean over;

    /**
     * Prepares a play.
     *
     * @param most how long it may take in real time
     * @param watcher sees every status
     * @param narrator hears what the scenario says
     */
    public DemoPlay(
            DemoLab lab,
            Scenario scenario,
            DemoPlan plan,
            Duration most,
            Consumer<JsonNode> watcher,
            Consumer<String> narrator) {
        this.lab = lab;
        this.scenario = scenario;
        this.plan = plan;
        this.most = most;
        this.watcher = watcher;
        this.narrator = narrator;
    }

    /**
     * How it ended.
     *
     * @param phase the last phase
     * @param wrong what is not as the scenario promises; empty when all is
     * @param report the controller's report; missing when it could not be had, which is wrong
     */
    public record Ended(String phase, List<String> wrong, JsonNode report) {
        public Ended {
            wrong = List.copyOf(wrong);
        }
    }

    /** Plays it. The controller and the engine must have been started. */
    public Ended play() throws IOException, InterruptedException, TimeoutException {
        Oracle oracle = lab.world().oracle();
        scenario.prepare(lab.world());
        id = schedule();
        List<String> broken = new ArrayList<>();
        Thread scene =
                Thread.ofVirtual()
                        .name("scenario")
                        .start(
                                () -> {
                                    try {
                                        scenario.play(this, oracle);
                                    } catch (InterruptedException e) {
                                        broken.add("the scenario was cut short");
                                    } catch (RuntimeException e) {
                                        broken.add(String.valueOf(e.getMessage()));
                                    }
                                });
        follow();
        scene.join(Duration.ofSeconds(20));
        List<String> wrong = new ArrayList<>(broken);
        if (scene.isAlive()) {
            wrong.add("the cutover was over before the scenario was");
            scene.interrupt();
        }
        wrong.addAll(scenario.wrongWith(phase, oracle));
        // The verdict must not be lost with the report.
        JsonNode report = MissingNode.getInstance();
        try {
            report = report();
        } catch (IOException | TimeoutException e) {
            wrong.add("the report could not be had: " + e.getMessage());
        }
        return new Ended(phase, wrong, report);
    }

    /** Asks again, with the same key, when the controller died before it answered. */
    private String schedule() throws IOException, InterruptedException, TimeoutException {
        for (int i = 1; ; i++) {
            try {
                lab.awaitController();
                return lab.schedule(plan);
            } catch (DemoClient.RefusedException e) {
                throw e;
            } catch (IOException e) {
                if (i == MOST_TRIES) {
                    throw e;
                }
                say("the controller went away while scheduling: " + e.getMessage());
                Thread.sleep(Duration.ofSeconds(1));
            }
        }
    }

    /** Asks again when the controller died before it answered. */
    private JsonNode report() throws IOException, InterruptedException, TimeoutException {
        for (int i = 1; ; i++) {
            try {
                lab.awaitController();
                return lab.report(id);
            } catch (DemoClient.RefusedException e) {
                throw e;
            } catch (IOException e) {
                if (i == MOST_TRIES) {
                    throw e;
                }
                Thread.sleep(Duration.ofSeconds(1));
            }
        }
    }

    /** Watches until the cutover is over. */
    private void follow() throws InterruptedException, TimeoutException {
        long until = System.nanoTime() + most.toNanos();
        while (!over) {
            try {
                JsonNode status = lab.status(id);
                phase = status.path("phase").asText();
                latest = status;
                watcher.accept(status);
                over = status.path("over").asBoolean();
                if (!over) {
                    approveIfAsked(status);
                    jumpIfIdle(status);
                }
            } catch (IOException e) {
                // The controller is down for a moment: that may be the scenario's doing.
                unanswered = String.valueOf(e.getMessage());
            }
            if (System.nanoTime() - until > 0) {
                throw new TimeoutException(
                        "not over after " + most.toMinutes() + " minutes: " + standing());
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    /** How the cutover stands, for whoever wonders why it does not go on. */
    private String standing() {
        JsonNode status = latest;
        StringBuilder text = new StringBuilder("the cutover is " + phase);
        text.append(", open: ").append(status.path("openActions"));
        text.append(", wakes at ").append(status.path("wakeAt").asText());
        text.append(" (it is ").append(lab.world().clock().instant()).append(')');
        for (JsonNode gate : status.path("gates")) {
            if (!gate.path("verdict").asText().equalsIgnoreCase("pass")) {
                String said = gate.toString();
                text.append('\n').append(said, 0, Math.min(MOST_OF_A_GATE, said.length()));
            }
        }
        if (!unanswered.isEmpty()) {
            text.append("\nlast call without an answer: ").append(unanswered);
        }
        return text.append('\n').append(lab.lastWords()).toString();
    }

    private void approveIfAsked(JsonNode status) throws IOException {
        boolean asked = status.path("phase").asText().equals("AwaitingGo");
        if (asked && status.path("approvals").path("given").isEmpty()) {
            lab.approve(id, status.path("planHash").asText());
            say("grace approves the plan");
        }
    }

    /** Time jumps when no action is open and the next wake-up is far. */
    private void jumpIfIdle(JsonNode status) {
        String wakeAt = status.path("wakeAt").asText("");
        if (wakeAt.isEmpty() || !status.path("openActions").isEmpty()) {
            return;
        }
        Instant now = lab.world().clock().instant();
        Instant target = Instant.parse(wakeAt).minusSeconds(1);
        if (Duration.between(now, target).compareTo(WORTH_A_JUMP) > 0) {
            lab.world().clock().jumpTo(target);
        }
    }

    @Override
    public LabWorld world() {
        return lab.world();
    }

    @Override
    public void say(String line) {
        narrator.accept(line);
    }

    @Override
    public void awaitPhase(String what, Predicate<String> wanted, Duration limit)
            throws InterruptedException {
        await("phase " + what, limit, () -> wanted.test(phase));
    }

    @Override
    public void awaitPage(String code, Duration limit) throws InterruptedException {
        await("page " + code, limit, () -> isPaged(code));
    }

    @Override
    public void awaitVerdict(String check, String verdict, Duration limit)
            throws InterruptedException {
        await(check + " to be " + verdict, limit, () -> isJudged(check, verdict));
    }

    private boolean isJudged(String check, String verdict) {
        for (JsonNode gate : latest.path("gates")) {
            if (gate.path("check").asText().equals(check)) {
                return gate.path("verdict").asText().equalsIgnoreCase(verdict);
            }
        }
        return false;
    }

    private boolean isPaged(String code) {
        try {
            for (JsonNode page : lab.report(id).path("pages")) {
                if (page.path("code").asText().equals(code)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private void await(String what, Duration limit, java.util.function.BooleanSupplier reached)
            throws InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        while (!reached.getAsBoolean()) {
            if (over || System.nanoTime() - until > 0) {
                throw new SceneFailedException("waited for " + what + ": " + standing());
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    @Override
    public void abort(String why) {
        ask("abort", why);
    }

    @Override
    public void resume() {
        ask("resume", "");
    }

    private void ask(String verb, String why) {
        try {
            lab.ask(id, verb, why);
        } catch (IOException e) {
            throw new SceneFailedException(verb + " was not accepted: " + e.getMessage());
        }
    }

    @Override
    public void killController() {
        lab.killController();
    }

    @Override
    public void startController() {
        try {
            lab.startController();
            lab.awaitController();
        } catch (IOException | TimeoutException e) {
            throw new SceneFailedException("the controller did not start again: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void killEngine() {
        lab.killEngine();
    }

    @Override
    public void startEngine(String fault) {
        try {
            lab.startEngine(fault);
        } catch (IOException e) {
            throw new SceneFailedException("the engine did not start again: " + e.getMessage());
        }
    }
}
