package dev.cutover.lab.cloudflare;

import java.util.List;

/**
 * The writes of one transaction, applied in the order deletes, patches, puts, posts.
 *
 * <p>Source: Cloudflare batch record changes (2025).
 */
public record RecordBatch(
        List<String> deletes, List<Target> patches, List<Target> puts, List<RecordDraft> posts) {

    /** A write to the record of this id. */
    public record Target(String id, RecordDraft draft) {}

    /** The records of a done batch, list by list as they were asked for. */
    public record Done(
            List<CloudflareRecord> deletes,
            List<CloudflareRecord> patches,
            List<CloudflareRecord> puts,
            List<CloudflareRecord> posts) {}

    /** How many operations the batch holds. */
    public int size() {
        return deletes.size() + patches.size() + puts.size() + posts.size();
    }

    /** A batch that deletes one record. */
    public static RecordBatch delete(String id) {
        return new RecordBatch(List.of(id), List.of(), List.of(), List.of());
    }

    /** A batch that patches one record. */
    public static RecordBatch patch(String id, RecordDraft draft) {
        return new RecordBatch(List.of(), List.of(new Target(id, draft)), List.of(), List.of());
    }

    /** A batch that overwrites one record. */
    public static RecordBatch put(String id, RecordDraft draft) {
        return new RecordBatch(List.of(), List.of(), List.of(new Target(id, draft)), List.of());
    }

    /** A batch that creates one record. */
    public static RecordBatch post(RecordDraft draft) {
        return new RecordBatch(List.of(), List.of(), List.of(), List.of(draft));
    }
}
