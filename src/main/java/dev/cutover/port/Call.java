package dev.cutover.port;

/**
 * On whose behalf the world is asked, and until when.
 *
 * @param cutover the cutover's id; empty for work that belongs to none, such as a preview
 * @param purpose the action's id or the evidence's name, for the call log
 * @param deadline when the answer is no longer wanted
 * @param fence asked right before a write leaves
 */
public record Call(String cutover, String purpose, Deadline deadline, Fence fence) {
    /** How the purpose of a look begins that tells whether a site is back: it may use calls kept for that. */
    public static final String LOOKING_BACK = "back-";

    /** A call that only reads. */
    public static Call reading(String cutover, String purpose, Deadline deadline) {
        return new Call(cutover, purpose, deadline, Fence.OPEN);
    }
}
