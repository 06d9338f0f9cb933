package dev.cutover.planfile;

/** Text from a file as a message may quote it: short, and without control characters. */
final class Shown {
    private static final int MOST = 60;

    private Shown() {}

    /** The text in quotes; cut after 60 characters, everything but plain ASCII escaped. */
    static String of(String text) {
        StringBuilder out = new StringBuilder("'");
        for (int i = 0; i < Math.min(text.length(), MOST); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 127) {
                out.append(c);
            } else {
                out.append("\\u").append(hex(c));
            }
        }
        return out.append(text.length() > MOST ? "...'" : "'").toString();
    }

    /**
     * A key in quotes; what does not look like one is not shown, because a forgotten colon makes a key of
     * whatever stood behind it, secrets too.
     */
    static String key(String text) {
        return text.matches("[A-Za-z_-]{1,24}") ? "'" + text + "'" : "(not shown)";
    }

    private static String hex(char c) {
        String digits = Integer.toHexString(c);
        return "0000".substring(digits.length()) + digits;
    }
}
