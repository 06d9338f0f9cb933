package dev.cutover.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Drain;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.timeline.TtlClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a cutover does next by itself, in words, and when.
///
/// @param text a sentence; empty when nothing more will happen
/// @param at when; null when it depends on evidence or people
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NextStep(String text, @Nullable Instant at) {
    /// How long a resolver may remember that a name does not exist, when no authority said.
    private static final Duration NEGATIVE_TTL = Duration.ofHours(1);

    public static NextStep of(Cutover c, Instant now) {
        return of(c, c.phase(), now);
    }

    private static NextStep of(Cutover c, Phase phase, Instant now) {
        Plan plan = c.plan();
        return switch (phase) {
            case Phase.Scheduled p ->
                    at(
                            "keeps the before-image and lowers TTLs, at the latest then",
                            plan.lowerTtlsAt());
            case Phase.Preparing p ->
                    open("keeps the before-image in two places, then lowers TTLs");
            case Phase.Ageing p -> ageing(c);
            case Phase.AwaitingGo p -> awaitingGo(c, now);
            case Phase.Promoting p ->
                    open("switches routing once the promotion is done and verified");
            case Phase.Switching p -> switching(c, p);
            case Phase.Soaking p ->
                    at(
                            "puts TTLs back up if the next side stayed healthy",
                            c.phaseSince().plus(plan.soak()));
            case Phase.Closing p -> open("puts TTLs back up and completes");
            case Phase.Held p ->
                    at(
                            p.from().isPastPromotion()
                                    ? "nothing forward; it still falls back by itself when visitors"
                                            + " see errors; people are called again then"
                                    : "nothing forward; people are called again then",
                            p.deadlineAt());
            case Phase.Cancelling p -> open("puts TTLs back up and is cancelled");
            case Phase.FallingBack p -> fallingBack(c, p.stage());
            case Phase.NeedsOperator p ->
                    open("keeps trying to put routing back; a person is needed");
            case Phase.Completed p -> none();
            case Phase.Cancelled p -> none();
            case Phase.FellBack p -> none();
        };
    }

    private static NextStep ageing(Cutover c) {
        Instant leadOver =
                c.loweredAt().map(at -> at.plus(c.plan().ttl().lead())).orElse(c.phaseSince());
        return switch (c.ttlClock().read(c.changes(), NEGATIVE_TTL)) {
            case TtlClock.Reading.Waits w ->
                    open(
                            "waits until every authority serves the lowered TTL of "
                                    + String.join(", ", w.sets()));
            case TtlClock.Reading.Runs r ->
                    at(
                            "waits until no cache holds an old answer any more",
                            r.goneAt().isAfter(leadOver) ? r.goneAt() : leadOver);
        };
    }

    private static NextStep awaitingGo(Cutover c, Instant now) {
        int missing = c.plan().approvals().need() - c.approvers().size();
        String approvals = missing > 0 ? ", once " + missing + " more people approved" : "";
        if (now.isBefore(c.plan().window().opensAt())) {
            return at(
                    "the window opens and it goes, if every gate passes" + approvals,
                    c.plan().window().opensAt());
        }
        String waits =
                c.verdicts().entrySet().stream()
                        .filter(e -> e.getValue().judged().verdict() != Verdict.PASS)
                        .map(e -> e.getKey().text())
                        .sorted()
                        .collect(Collectors.joining(", "));
        return open(
                waits.isEmpty()
                        ? "goes as soon as every gate has fresh evidence"
                        : "goes as soon as these pass: " + waits);
    }

    private static NextStep switching(Cutover c, Phase.Switching p) {
        String after =
                p.step() < p.steps()
                        ? "step " + (p.step() + 1) + " of " + p.steps()
                        : "watches the next side for " + words(c.plan().soak());
        Optional<Instant> servedAt = c.servedAt();
        return servedAt.isPresent()
                ? at(after + ", if visitors see no errors", servedAt.get().plus(c.plan().dwell()))
                : open(
                        "waits until step "
                                + p.step()
                                + " is served from the next side, then "
                                + words(c.plan().dwell())
                                + " more");
    }

    private static NextStep fallingBack(Cutover c, Phase.Stage stage) {
        return switch (stage) {
            case ROUTING ->
                    open("puts every planned record on the fallback side and reads it back");
            case DRAINING ->
                    at(
                            "waits until the last cache let go of the next side",
                            Drain.goneAt(c, c.restoredAt().orElse(c.phaseSince())));
            case CONTENT ->
                    asksAboutContent(c)
                            ? open(
                                    "waits for a person: approve undoes the content and loses what"
                                            + " visitors wrote, resume keeps it")
                            : open("undoes the promoted content");
            case CLOSING -> open("puts TTLs back up and is over");
        };
    }

    /// Whether undoing the content waits for a person.
    static boolean asksAboutContent(Cutover c) {
        return c.phase() instanceof Phase.FallingBack f
                && f.stage() == Phase.Stage.CONTENT
                && c.promotionTouched()
                && !c.undoApproved()
                && !c.switchedSteps().isEmpty()
                && c.plan().writes() != Plan.Writes.NONE
                && c.plan().fallback().afterWrites() == Plan.AfterWrites.HOLD;
    }

    /// A span as people say it, such as `2 h 30 min` or `20 s`.
    public static String words(Duration span) {
        StringBuilder words = new StringBuilder();
        add(words, span.toDays(), "d");
        add(words, span.toHoursPart(), "h");
        add(words, span.toMinutesPart(), "min");
        add(words, span.toSecondsPart(), "s");
        return words.isEmpty() ? "0 s" : words.toString();
    }

    private static void add(StringBuilder words, long count, String unit) {
        if (count > 0) {
            words.append(words.isEmpty() ? "" : " ").append(count).append(' ').append(unit);
        }
    }

    private static NextStep at(String text, Instant at) {
        return new NextStep(text, at);
    }

    private static NextStep open(String text) {
        return new NextStep(text, null);
    }

    private static NextStep none() {
        return new NextStep("", null);
    }
}
