package dev.cutover.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeField;
import dev.cutover.core.edge.EdgePart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One part of the provider's edge that a plan changes, such as a pool's weights.
///
/// @param part such as `pool acme-web`
/// @param names whose visitors it routes; empty when it routes nobody
/// @param fields what changes in it; all else stays as it is
public record EdgeChangeView(String part, List<String> names, List<FieldView> fields) {
    /// One field; a value that is absent means that the field is not there.
    ///
    /// @param field such as `origin production weight`
    /// @param stages what each switching step that changes it leads to
    /// @param settled when all is done
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FieldView(
            String field,
            @Nullable String before,
            List<StageView> stages,
            @Nullable String settled,
            @Nullable String fallback) {}

    /// What one switching step leads to.
    ///
    /// @param step from 1; 0 for what is written together with the lowered TTLs
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StageView(int step, @Nullable String value) {}

    static EdgeChangeView of(EdgeChange c) {
        return new EdgeChangeView(
                c.key().toString(),
                c.names().stream().map(Object::toString).toList(),
                c.planned().stream().map(f -> field(c, f)).toList());
    }

    private static FieldView field(EdgeChange c, EdgeField f) {
        return new FieldView(
                f.toString(),
                value(c.before(), f),
                c.stages().stream()
                        .map(s -> new StageView(s.step(), value(s.target(), f)))
                        .toList(),
                value(c.settled(), f),
                value(c.fallback(), f));
    }

    private static @Nullable String value(EdgePart part, EdgeField f) {
        Object value = part.fields().get(f);
        return value == null ? null : value.toString();
    }
}
