package dev.cutover.port;

/**
 * By what a repeat of a request is known, and what the request says.
 *
 * @param key the caller's own word for this one request, 1 to 255 printable ASCII characters
 * @param says a short digest of what is asked for, at most 100 characters; a key that comes again with
 *     something else is a mistake of the caller's, not a repeat
 */
public record RequestKey(String key, String says) {
    private static final int LONGEST_KEY = 255;
    private static final int LONGEST_DIGEST = 100;

    /**
     * A key and what it is used for.
     *
     * @throws IllegalArgumentException when the key is empty, too long or not printable ASCII
     */
    public RequestKey {
        if (!key.matches("[\\x20-\\x7e]{1," + LONGEST_KEY + "}")) {
            throw new IllegalArgumentException(
                    "expected an idempotency key of 1 to "
                            + LONGEST_KEY
                            + " printable ASCII characters, seen one of "
                            + key.length());
        }
        if (!says.matches("[\\x20-\\x7e]{0," + LONGEST_DIGEST + "}")) {
            throw new IllegalArgumentException(
                    "expected a digest of at most "
                            + LONGEST_DIGEST
                            + " printable ASCII characters, seen one of "
                            + says.length());
        }
    }
}
