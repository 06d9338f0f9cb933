package dev.cutover.planfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** However a file is broken, it is read to an answer, and the planted secret is never in it. */
class PlanFuzzTest {
    private static final List<String> PIECES =
            List.of(
                    "[",
                    "]",
                    "{",
                    "}",
                    ":",
                    "-",
                    "\n",
                    "\t",
                    "  ",
                    "\"",
                    "'",
                    "&a ",
                    "*a",
                    "!!int ",
                    "? ",
                    "| ",
                    "> ",
                    "---\n",
                    "...\n",
                    "%YAML 1.1\n",
                    "#",
                    "~",
                    "no",
                    "10:30",
                    "0x1f",
                    "\u0000",
                    "\uFEFF",
                    "\uD800",
                    "\u2028",
                    "\u00e4",
                    "9".repeat(400),
                    "a".repeat(3_000),
                    "[".repeat(60),
                    "<<: ",
                    "null",
                    ",",
                    "\\",
                    "@",
                    "`",
                    PlanTexts.PLANTED);

    @Test
    void nothing_is_thrown_on_ten_thousand_broken_plans() {
        String base = PlanTexts.FULL.replace("\"${env:CLOUDFLARE_API_TOKEN}\"", PlanTexts.PLANTED);
        for (long seed = 0; seed < 10_000; seed++) {
            Random random = new Random(seed);
            String text = broken(seed % 2 == 0 ? PlanTexts.FULL : base, random);

            PlanFile.Outcome outcome = read(seed, text, PlanTexts.context());

            if (outcome instanceof PlanFile.Bad bad) {
                assertThat(bad.mistakes()).as("seed %d", seed).isNotEmpty();
                int lines = (int) text.lines().count() + 2;
                assertThat(bad.mistakes())
                        .as("seed %d", seed)
                        .allMatch(m -> m.line() >= 1 && m.line() <= lines && m.column() >= 1)
                        .allMatch(m -> !m.message().isBlank() && m.message().length() < 2_000);
            }
        }
    }

    /** Only a value in the token's own place can be told to be a secret; there it is never shown. */
    @Test
    void a_literal_token_is_never_shown_however_it_is_mangled() {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            String quote = List.of("", "\"", "'", "${env:", "| ").get(random.nextInt(5));
            String text =
                    PlanTexts.FULL.replace(
                            "\"${env:CLOUDFLARE_API_TOKEN}\"",
                            quote
                                    + PIECES.get(random.nextInt(20))
                                    + PlanTexts.PLANTED
                                    + PIECES.get(random.nextInt(20)));

            assertThat(read(i, text, PlanTexts.context()).toString())
                    .as(text)
                    .doesNotContain(PlanTexts.PLANTED);
        }
    }

    @Test
    void nothing_is_thrown_on_broken_landing_page_files() {
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            String pages =
                    broken("path,visits\n/,1\nhttps://www.acme.example/a,2\n\"/b\",3\n", random);

            read(seed, PlanTexts.FULL, PlanTexts.contextWithPages(pages));
        }
    }

    @Test
    void a_bomb_of_aliases_and_deep_nesting_are_refused_at_once() {
        String bomb =
                "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\n";

        assertThat(PlanTexts.read(bomb)).isInstanceOf(PlanFile.Bad.class);
        assertThat(PlanTexts.read("[".repeat(1_000_000))).isInstanceOf(PlanFile.Bad.class);
        assertThat(PlanTexts.read("{a: ".repeat(250_000))).isInstanceOf(PlanFile.Bad.class);
        assertThat(PlanTexts.read("- ".repeat(500_000))).isInstanceOf(PlanFile.Bad.class);
        assertThat(PlanTexts.read("? ".repeat(500_000))).isInstanceOf(PlanFile.Bad.class);
    }

    private static PlanFile.Outcome read(long seed, String text, PlanFile.Context context) {
        try {
            return PlanFile.read(text, context);
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("seed " + seed + " threw on:\n" + text, e);
        }
    }

    private static String broken(String text, Random random) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i <= random.nextInt(4); i++) {
            int at = random.nextInt(out.length());
            int end = Math.min(out.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0 -> out.delete(at, end);
                case 1 -> out.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 2 -> out.replace(at, end, PIECES.get(random.nextInt(PIECES.size())));
                case 3 -> out.insert(at, out.substring(at, Math.min(out.length(), at + 80)));
                default -> out.setCharAt(at, (char) random.nextInt(0x3000));
            }
            if (out.isEmpty()) {
                out.append(' ');
            }
        }
        return out.toString();
    }
}
