package dev.cutover.cli;

/// What a line of a plan says, and how a terminal colours it.
enum Tone {
    PLAIN(""),
    HEADING("1"),
    BEFORE("31"),
    NEXT("32"),
    FALLBACK("33"),
    DIM("2"),
    WARNING("33"),
    BAD("1;31"),
    GOOD("1;32");

    private final String code;

    Tone(String code) {
        this.code = code;
    }

    /// A line in this tone.
    ///
    /// @param text one line without control characters
    record Line(Tone tone, String text) {
        Line {
            text = text.stripTrailing();
        }

        /// With the escape sequences of ECMA-48 around it, or plain.
        String shown(boolean ansi) {
            return !ansi || tone.code.isEmpty() || text.isEmpty()
                    ? text
                    : "\u001b[" + tone.code + "m" + text + "\u001b[0m";
        }
    }
}
