package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;

/// How a refusal reads, wherever it came from.
final class Refusals {
    private Refusals() {}

    /// `www.acme.example A: expected ..., seen ... [FromMismatch]`
    static String line(JsonNode refusal) {
        return refusal.path("subject").asText()
                + ": "
                + refusal.path("message").asText()
                + " ["
                + refusal.path("code").asText()
                + "]";
    }
}
