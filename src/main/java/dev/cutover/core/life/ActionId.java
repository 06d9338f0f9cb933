package dev.cutover.core.life;

/**
 * An action's key, derived and never random: the same decision after a crash gives the same id, so it
 * serves as idempotency key towards engines and providers.
 *
 * @param cutover whose action it is
 * @param key what is done, from {@link ActionSpec#key}
 * @param attempt from 1
 */
public record ActionId(CutoverId cutover, String key, int attempt) implements Comparable<ActionId> {
    /** The id as text, such as {@code acme-1/switch-2/1}. */
    public String text() {
        return cutover + "/" + key + "/" + attempt;
    }

    @Override
    public int compareTo(ActionId other) {
        return text().compareTo(other.text());
    }

    @Override
    public String toString() {
        return text();
    }
}
