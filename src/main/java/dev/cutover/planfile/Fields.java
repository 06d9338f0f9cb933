package dev.cutover.planfile;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The known keys of one section with their values.
 *
 * @param whole the section itself; a missing key is noted at its place
 */
record Fields(Value whole, Section section, Map<String, Value> values) {
    Fields {
        values = Map.copyOf(values);
    }

    /** The value of an optional key. */
    Optional<Value> get(String key) {
        if (!section.keys().contains(key)) {
            throw new IllegalArgumentException(section + " declares no key '" + key + "'");
        }
        return Optional.ofNullable(values.get(key));
    }

    /** The value of a key that must be there. */
    Optional<Value> need(String key, String example) {
        Optional<Value> value = get(key);
        if (value.isEmpty()) {
            whole.findings()
                    .at(
                            whole.node(),
                            whole.path(),
                            "the key '" + key + "' is missing; write for example " + example);
        }
        return value;
    }

    /** A section's fields; none when it is left out, so that every default is taken. */
    Optional<Fields> section(String key, Section inner) {
        Optional<Value> value = get(key);
        return value.isEmpty()
                ? Optional.of(new Fields(whole.below(key), inner, Map.of()))
                : value.get().fields(inner);
    }

    Optional<Duration> duration(String key, Duration least, Duration most, Duration otherwise) {
        return read(key, v -> v.duration(least, most), otherwise, Duration::toString);
    }

    /** The key's value, or the default, which is noted. */
    <E> Optional<E> read(
            String key,
            Function<Value, Optional<E>> reading,
            E otherwise,
            Function<E, String> text) {
        Optional<Value> value = get(key);
        if (value.isPresent()) {
            return reading.apply(value.get());
        }
        whole.findings().note(whole.child(key) + ": " + text.apply(otherwise) + " by default");
        return Optional.of(otherwise);
    }
}
