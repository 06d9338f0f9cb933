package dev.cutover.core.gate;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One gate's or guard's verdict with what it rests on.
 *
 * @param check the gate's or guard's name
 * @param verdict what the evidence says
 * @param summary one sentence: expected, seen, where
 * @param findings single facts behind the sentence, at most 20
 * @param observedAt the age of the oldest evidence used; empty when there was none
 */
public record Judged(
        CheckName check,
        Verdict verdict,
        String summary,
        List<String> findings,
        Optional<Instant> observedAt) {
    private static final int MOST_FINDINGS = 20;

    public Judged {
        findings = findings.stream().limit(MOST_FINDINGS).toList();
    }

    static Judged pass(CheckName check, Instant observedAt, String summary) {
        return new Judged(check, Verdict.PASS, summary, List.of(), Optional.of(observedAt));
    }

    static Judged fail(CheckName check, Instant observedAt, String summary, List<String> findings) {
        return new Judged(check, Verdict.FAIL, summary, findings, Optional.of(observedAt));
    }

    static Judged inconclusive(CheckName check, Optional<Instant> observedAt, String summary) {
        return new Judged(check, Verdict.INCONCLUSIVE, summary, List.of(), observedAt);
    }

    static Judged blind(CheckName check, String summary) {
        return new Judged(check, Verdict.BLIND, summary, List.of(), Optional.empty());
    }
}
