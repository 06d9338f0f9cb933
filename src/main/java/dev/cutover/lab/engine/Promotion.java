package dev.cutover.lab.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.lab.engine.Trees.Digest;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/**
 * One promotion as its file keeps it.
 *
 * @param staging what the caller called the source
 * @param production what the caller called the target
 * @param backup of production before, once it lies safe on disk
 * @param evidence of production after, once done
 */
record Promotion(
        String id,
        String staging,
        String production,
        Stage stage,
        String progress,
        Optional<Digest> backup,
        Optional<Digest> evidence,
        boolean rolledBack,
        String startedAt,
        String endedAt,
        String error) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** How far it is. */
    enum Stage {
        QUEUED,
        RUNNING,
        DONE,
        FAILED
    }

    static Promotion asked(String id, String staging, String production, String at) {
        return new Promotion(
                id,
                staging,
                production,
                Stage.QUEUED,
                "",
                Optional.empty(),
                Optional.empty(),
                false,
                at,
                "",
                "");
    }

    boolean isEnded() {
        return stage == Stage.DONE || stage == Stage.FAILED;
    }

    Promotion running(String how) {
        return new Promotion(
                id,
                staging,
                production,
                Stage.RUNNING,
                how,
                backup,
                evidence,
                rolledBack,
                startedAt,
                endedAt,
                error);
    }

    Promotion backedUp(Digest of) {
        return new Promotion(
                id,
                staging,
                production,
                stage,
                progress,
                Optional.of(of),
                evidence,
                rolledBack,
                startedAt,
                endedAt,
                error);
    }

    Promotion done(Digest of, String at) {
        return new Promotion(
                id,
                staging,
                production,
                Stage.DONE,
                of.files() + " files",
                backup,
                Optional.of(of),
                rolledBack,
                startedAt,
                at,
                "");
    }

    Promotion failed(String why, String at) {
        return new Promotion(
                id,
                staging,
                production,
                Stage.FAILED,
                progress,
                backup,
                evidence,
                rolledBack,
                startedAt,
                at,
                why);
    }

    Promotion takenBack() {
        return new Promotion(
                id,
                staging,
                production,
                stage,
                progress,
                backup,
                evidence,
                true,
                startedAt,
                endedAt,
                error);
    }

    /** As callers see it, and as the file keeps it: the file has the backup too. */
    ObjectNode json() {
        var node = JSON.createObjectNode();
        node.put("id", id);
        node.put("staging", staging);
        node.put("production", production);
        node.put("state", stage.name().toLowerCase(Locale.ROOT));
        node.put("progress", progress);
        backup.ifPresent(digest -> node.set("backup", json(digest)));
        evidence.ifPresent(digest -> node.set("evidence", json(digest)));
        node.put("rolledBack", rolledBack);
        node.put("startedAt", startedAt);
        node.put("endedAt", endedAt);
        node.put("error", error);
        return node;
    }

    static Promotion read(byte[] file) throws IOException {
        var node = JSON.readTree(file);
        return new Promotion(
                node.path("id").asText(),
                node.path("staging").asText(),
                node.path("production").asText(),
                Stage.valueOf(node.path("state").asText().toUpperCase(Locale.ROOT)),
                node.path("progress").asText(),
                digest(node.path("backup")),
                digest(node.path("evidence")),
                node.path("rolledBack").asBoolean(),
                node.path("startedAt").asText(),
                node.path("endedAt").asText(),
                node.path("error").asText());
    }

    static ObjectNode json(Digest digest) {
        var node = JSON.createObjectNode();
        node.put("files", digest.files());
        node.put("bytes", digest.bytes());
        node.put("sha256", digest.sha256());
        return node;
    }

    /** An empty JSON object. */
    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    private static Optional<Digest> digest(JsonNode node) {
        return node.isObject()
                ? Optional.of(
                        new Digest(
                                node.path("files").asLong(),
                                node.path("bytes").asLong(),
                                node.path("sha256").asText()))
                : Optional.empty();
    }
}
