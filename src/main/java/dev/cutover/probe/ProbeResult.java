package dev.cutover.probe;

/// One probe: a question, whom it went to, and what came of it.
public record ProbeResult(Resolver resolver, Question question, Answer answer) {}
