package dev.cutover.core.plan;

import dev.cutover.core.edge.EdgeChange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 over values in one printed form; what approvals and schedules are bound to. */
public final class StateHash {
    private StateHash() {}

    /**
     * The hash of a plan and of the records and edge parts it found. Records' ids are part of it: a record deleted and
     * made again is not the one that was approved.
     */
    static String of(Plan plan, List<SetChange> changes, List<EdgeChange> edge) {
        StringBuilder text = new StringBuilder(plan.toString());
        for (SetChange change : changes) {
            text.append('\n').append(change.key()).append(' ').append(change.before());
        }
        for (EdgeChange change : edge) {
            text.append('\n').append(change.key()).append(' ').append(change.before());
        }
        return of(text.toString());
    }

    /** Lower-case hexadecimal SHA-256 of the text in UTF-8. */
    public static String of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Lower-case hexadecimal SHA-256 of the bytes. */
    public static String of(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }
}
