package dev.cutover.wiring;

import dev.cutover.port.CallLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** Counts and times every call to a provider on its way to the log of calls. */
final class CountedCalls implements CallLog {
    private final CallLog log;
    private final MeterRegistry registry;

    CountedCalls(CallLog log, MeterRegistry registry) {
        this.log = log;
        this.registry = registry;
    }

    @Override
    public void record(ProviderCall call) {
        Timer.builder("cutover.provider.calls")
                .description("Calls to providers and engines, sent or held back")
                .tag("peer", call.peer())
                .tag("kind", call.write() ? "write" : "read")
                .tag("outcome", outcome(call.outcome()))
                .register(registry)
                .record(call.took());
        log.record(call);
    }

    /** Few words, whatever the peer answers: a status class, {@code limited} for 429, or that nothing usable came. */
    static String outcome(String text) {
        if (text.startsWith("429")) {
            return "limited";
        }
        if (text.matches("[1-5]\\d\\d\\b.*")) {
            return text.charAt(0) + "xx";
        }
        if (text.matches("[A-Z]+( [A-Z]+)?")) {
            // A name server's word, by the class of status it would be.
            return switch (text) {
                case "NOERROR" -> "2xx";
                case "SERVFAIL" -> "5xx";
                default -> "4xx";
            };
        }
        return text.startsWith("not sent") ? "not-sent" : "no-answer";
    }
}
