package dev.cutover.planfile;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The words a plan file has for the values of an enumeration: lower case, hyphens for underscores. */
final class Words {
    private Words() {}

    static <E extends Enum<E>> Map<String, E> of(E[] values) {
        Map<String, E> words = new LinkedHashMap<>();
        for (E value : values) {
            words.put(of(value), value);
        }
        return words;
    }

    /** Words that stand for themselves, sorted. */
    static Map<String, String> of(Collection<String> words) {
        Map<String, String> map = new LinkedHashMap<>();
        words.stream().sorted().forEach(word -> map.put(word, word));
        return map;
    }

    static String of(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
