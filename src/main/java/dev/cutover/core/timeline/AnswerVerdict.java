package dev.cutover.core.timeline;

/** What one resolver's answer about one switched set means. */
public enum AnswerVerdict {
    /** The next side. */
    NEXT("new"),
    /** The side before, or the fallback, within the life it may still have. */
    OLD("old"),
    /** Records of both sides in one set. */
    MIXED("mixed"),
    /** Records of neither side. */
    OTHER("other"),
    /** That the name, or the type at it, does not exist, while both sides have it. */
    NEGATIVE("negative"),
    REFUSED("refused"),
    /** An error, or nothing readable. */
    FAILED("failed"),
    TIMED_OUT("timed out"),
    /** The old side past its bound, kept alive on purpose. Source: RFC 8767. */
    SERVING_STALE("serving stale"),
    /** The old side with a longer life than any authority gave it. */
    TTL_CLAMPED("TTL clamped");

    private final String text;

    AnswerVerdict(String text) {
        this.text = text;
    }

    /** The verdict as people read it. */
    public String text() {
        return text;
    }

    /** Whether an answer came at all. */
    public boolean isAnswer() {
        return switch (this) {
            case NEXT, OLD, MIXED, OTHER, NEGATIVE, SERVING_STALE, TTL_CLAMPED -> true;
            case REFUSED, FAILED, TIMED_OUT -> false;
        };
    }

    /** Whether the answer leads to the old side, for some clients at least. */
    public boolean isOld() {
        return switch (this) {
            case OLD, MIXED, SERVING_STALE, TTL_CLAMPED -> true;
            case NEXT, OTHER, NEGATIVE, REFUSED, FAILED, TIMED_OUT -> false;
        };
    }

    /** The worse of two answers of one cache: what an operator must know first. */
    AnswerVerdict worse(AnswerVerdict other) {
        return rank() >= other.rank() ? this : other;
    }

    /** An answer says more of a cache than none. */
    private int rank() {
        return switch (this) {
            case TIMED_OUT -> 0;
            case FAILED -> 1;
            case REFUSED -> 2;
            case NEXT -> 3;
            case NEGATIVE -> 4;
            case OTHER -> 5;
            case OLD -> 6;
            case MIXED -> 7;
            case TTL_CLAMPED -> 8;
            case SERVING_STALE -> 9;
        };
    }
}
