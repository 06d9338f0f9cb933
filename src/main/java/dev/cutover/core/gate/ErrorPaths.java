package dev.cutover.core.gate;

import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.judge.ErrorJudge;
import dev.cutover.core.judge.ErrorJudge.Finding;
import dev.cutover.core.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The error rate as two paths tell it that fail apart: our own probes, and what the provider's edge counted.
 *
 * @param seen the latest evidence by key
 * @param now plan time
 * @param watch what the plan allows
 * @param since when the switch began; nothing before it counts
 */
public record ErrorPaths(
        Map<EvidenceKey, Evidence> seen, Instant now, Plan.Watch watch, Instant since) {
    private static final Duration PROVIDER_LAG = Duration.ofMinutes(5);

    /**
     * Whether visitors see too many errors.
     *
     * <pre>
     *   probes            provider                    verdict
     *   breach or outage  any                         Fail
     *   any               breach                      Fail: visitors ask for more than we probe
     *   not healthy       outage                      Fail
     *   healthy           outage                      Inconclusive: both cannot be right
     *   any other         suspect, or probes suspect  Inconclusive
     *   any other         any other                   the probes' verdict; the provider is late by nature
     * </pre>
     *
     * Fail alone moves nothing: the side to fall back to is the reference that tells the site's trouble
     * from that of our own network.
     */
    public Judged judged() {
        Path probes = path(EvidenceKey.PROBE_ERRORS);
        if (!watch.provider()) {
            return probes.judged;
        }
        Path provider = path(EvidenceKey.PROVIDER_ERRORS);
        boolean contradicted =
                provider.is(Finding.OUTAGE) && probes.judged.verdict() == Verdict.PASS;
        if (probes.judged.verdict() == Verdict.FAIL) {
            return beside(probes, provider);
        }
        if (provider.judged.verdict() == Verdict.FAIL && !contradicted) {
            return beside(provider, probes);
        }
        if (probes.is(Finding.SUSPECT)) {
            return beside(probes, provider);
        }
        if (contradicted || provider.is(Finding.SUSPECT)) {
            Judged both = beside(provider, probes);
            return Judged.inconclusive(CheckName.ERRORS, both.observedAt(), both.summary());
        }
        return beside(probes, provider);
    }

    /**
     * Whether the errors are Inconclusive because they look bad and may still be a burst, or because the
     * two paths contradict each other: that ends by itself within about a window. Never true for missing
     * or thin figures.
     */
    public boolean areSuspect() {
        Path probes = path(EvidenceKey.PROBE_ERRORS);
        Path provider = path(EvidenceKey.PROVIDER_ERRORS);
        return probes.is(Finding.SUSPECT)
                || (watch.provider()
                        && probes.judged.verdict() == Verdict.PASS
                        && (provider.is(Finding.SUSPECT) || provider.is(Finding.OUTAGE)));
    }

    /** When an outage that our own probes see began; empty when they see none. */
    public Optional<Instant> outageSince() {
        return path(EvidenceKey.PROBE_ERRORS)
                .word
                .filter(w -> w.finding() == Finding.OUTAGE)
                .map(ErrorJudge.Word::since);
    }

    /** One path's verdict; {@code word} is empty when there were no figures to judge. */
    private record Path(Judged judged, Optional<ErrorJudge.Word> word) {
        boolean is(Finding finding) {
            return word.map(w -> w.finding() == finding).orElse(false);
        }
    }

    /** The word of one path, with what the other says. */
    private static Judged beside(Path path, Path other) {
        Judged judged = path.judged;
        return new Judged(
                judged.check(),
                judged.verdict(),
                judged.summary() + "; " + other.judged.summary(),
                judged.findings(),
                judged.observedAt());
    }

    private Path path(EvidenceKey key) {
        boolean ours = key == EvidenceKey.PROBE_ERRORS;
        String source = ours ? "own probes: " : "provider: ";
        Evidence evidence = seen.get(key);
        if (!(evidence instanceof Evidence.Errors errors)) {
            Judged none =
                    evidence == null
                            ? Judged.inconclusive(
                                    CheckName.ERRORS, Optional.empty(), source + "not observed yet")
                            : Judged.blind(
                                    CheckName.ERRORS,
                                    source
                                            + (evidence instanceof Evidence.NoEvidence why
                                                    ? why.why()
                                                    : "no figures"));
            return new Path(none, Optional.empty());
        }
        ErrorJudge.Word word =
                ErrorJudge.judge(
                        errors.buckets(),
                        since,
                        watch.window(),
                        watch.errorCeiling(),
                        ours ? Duration.ZERO : PROVIDER_LAG,
                        now);
        String summary = source + word.summary();
        Judged judged =
                switch (word.finding()) {
                    case HEALTHY -> Judged.pass(CheckName.ERRORS, errors.observedAt(), summary);
                    case BREACH, OUTAGE ->
                            Judged.fail(CheckName.ERRORS, errors.observedAt(), summary, List.of());
                    case THIN, SUSPECT ->
                            Judged.inconclusive(
                                    CheckName.ERRORS, Optional.of(errors.observedAt()), summary);
                    case BLIND -> Judged.blind(CheckName.ERRORS, summary);
                };
        return new Path(judged, Optional.of(word));
    }
}
