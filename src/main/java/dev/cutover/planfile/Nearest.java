package dev.cutover.planfile;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The known word a mistyped one was probably meant to be. */
final class Nearest {
    /** Longer words than this are no typing mistakes; it bounds the work too. */
    private static final int LONGEST = 64;

    private Nearest() {}

    /** The nearest of the known words, or empty when none is near: a third of the letters may differ. */
    static Optional<String> to(String seen, Collection<String> known) {
        if (seen.isEmpty() || seen.length() > LONGEST) {
            return Optional.empty();
        }
        String word = seen.toLowerCase(Locale.ROOT);
        int allowed = Math.max(1, word.length() / 3);
        record Near(String word, int distance) {}
        return known.stream()
                .filter(k -> Math.abs(k.length() - word.length()) <= allowed)
                .map(k -> new Near(k, distance(word, k.toLowerCase(Locale.ROOT))))
                .filter(n -> n.distance() <= allowed)
                .min(Comparator.comparingInt(Near::distance).thenComparing(Near::word))
                .map(Near::word);
    }

    /** How many letters must be added, removed, replaced or swapped with their neighbour. */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] =
                        Math.min(
                                cost[i - 1][j - 1] + same,
                                Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                boolean swapped =
                        i > 1
                                && j > 1
                                && a.charAt(i - 1) == b.charAt(j - 2)
                                && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
