package dev.cutover.port;

import java.time.Duration;
import java.time.Instant;

/** Remembers every call made to a provider or engine, for the report. Concurrent; never throws. */
@FunctionalInterface
public interface CallLog {
    /** A log that remembers nothing: for tools without a store. */
    CallLog NONE = call -> {};

    void record(ProviderCall call);

    /**
     * One request and what came of it. Bodies and credentials are never part of it.
     *
     * @param cutover whose call; empty for none
     * @param purpose the action's id or the evidence's name
     * @param peer such as {@code cloudflare}
     * @param method the HTTP method or the peer's word for it
     * @param target path without secrets
     * @param at plan time when it was sent
     * @param took from just before sending to the whole answer
     * @param outcome status or error in a few words
     * @param write whether it meant to change something
     */
    record ProviderCall(
            String cutover,
            String purpose,
            String peer,
            String method,
            String target,
            Instant at,
            Duration took,
            String outcome,
            boolean write) {}
}
