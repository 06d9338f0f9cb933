package dev.cutover.json;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.life.ActionId;
import dev.cutover.core.life.CutoverId;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one way in which core values look as JSON.
 *
 * <pre>
 *   record                an object of its components, nothing computed
 *   sealed hierarchy      the object of its record, with "type" naming the record first
 *   DnsName, CutoverId,   text
 *   ActionId              (ActionId: acme-1/switch-2/1)
 *   Instant, Duration     ISO 8601 text, UTC
 *   empty Optional        absent
 * </pre>
 *
 * Reading is strict: an unknown, missing, repeated or null property, a scalar of another kind and text
 * after the document are errors, because a typing mistake must never become a default. Map entries are
 * written sorted, so equal values are equal text.
 */
public final class CoreJson {
    /** The longest document read here; a before-image of 1,000 sets is below 2 MB. */
    public static final int MOST_CHARACTERS = 16 * 1024 * 1024;

    private static final int MOST_NESTING = 100;

    private static final ObjectMapper SHARED = newMapper();

    private static final ObjectWriter ASCII =
            SHARED.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private CoreJson() {}

    /** The mapper all of the controller shares. It is never reconfigured: for another set-up take {@link #newMapper}. */
    public static ObjectMapper mapper() {
        return SHARED;
    }

    /** A new mapper with this configuration, which the caller may configure on. */
    public static ObjectMapper newMapper() {
        JsonFactory bounded =
                JsonFactory.builder()
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxDocumentLength(MOST_CHARACTERS)
                                        .maxStringLength(MOST_CHARACTERS)
                                        .maxNestingDepth(MOST_NESTING)
                                        .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build();
        return JsonMapper.builder(bounded)
                .addModule(new Jdk8Module())
                .addModule(new JavaTimeModule())
                .addModule(textValues())
                .annotationIntrospector(new SealedTypes())
                .defaultPropertyInclusion(
                        JsonInclude.Value.empty()
                                .withValueInclusion(JsonInclude.Include.NON_ABSENT))
                // Only a record's components: isFinal() and the like are computed and would not
                // read back.
                .visibility(PropertyAccessor.GETTER, Visibility.NONE)
                .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
                .visibility(PropertyAccessor.FIELD, Visibility.ANY)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        text ->
                                text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                        .setCoercion(
                                                CoercionInputShape.Boolean, CoercionAction.Fail))
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .build();
    }

    /** A core value as text that any store takes: all beyond ASCII, U+0000 and lone surrogates are escaped. */
    public static String ascii(Object value) {
        try {
            return ASCII.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "cannot write "
                            + value.getClass().getName()
                            + " as JSON: "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    /** What is wrong with a document: where, expected and seen, in one line and without the document's text. */
    static String problem(JsonProcessingException e) {
        String place = "";
        if (e instanceof JsonMappingException m && !m.getPath().isEmpty()) {
            place = "at " + path(m) + ": ";
        }
        JsonLocation where = e.getLocation();
        String line =
                where == null || where.getLineNr() < 1
                        ? ""
                        : " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")";
        return place + words(e) + line;
    }

    /** The mistake in the words of whoever wrote the document: no class, option or exception of ours. */
    private static String words(JsonProcessingException e) {
        return switch (e) {
            case UnrecognizedPropertyException u ->
                    "expected no property \"" + u.getPropertyName() + "\" here";
            case InvalidFormatException f ->
                    "expected " + kind(f.getTargetType()) + ", seen " + kind(f.getValue());
            case ValueInstantiationException v
                    when v.getCause() instanceof IllegalArgumentException why ->
                    String.valueOf(why.getMessage());
            case ValueInstantiationException v -> "expected a value in each place, seen null";
            case MismatchedInputException m when isNullWhereNoneMayBe(m) ->
                    "expected a value, seen nothing";
            case MismatchedInputException m -> plain(m);
            default -> firstLine(e);
        };
    }

    private static boolean isNullWhereNoneMayBe(MismatchedInputException e) {
        String said = firstLine(e);
        return said.startsWith("Null value for creator property")
                || said.startsWith("Cannot map `null`");
    }

    /** What a reader of ours said stays; what the library says of its types becomes kinds of JSON. */
    private static String plain(MismatchedInputException e) {
        String said = firstLine(e);
        return said.startsWith("Cannot ") || said.contains("`")
                ? "expected " + kind(e.getTargetType()) + ", seen another kind of value"
                : said;
    }

    private static String firstLine(JsonProcessingException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("unreadable");
    }

    private static String kind(@Nullable Class<?> type) {
        if (type == null) {
            return "another value";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(String::valueOf)
                            .collect(Collectors.joining(", "));
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "a whole number";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return type == Instant.class
                ? "a moment such as 2026-12-06T02:00:00Z"
                : type == Duration.class
                        ? "a span such as PT48H"
                        : type == String.class ? "text" : "an object";
    }

    private static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case String text -> "other text";
            case Number number -> "a number";
            case Boolean flag -> "true or false";
            default -> "another kind of value";
        };
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference part : e.getPath()) {
            if (part.getFieldName() == null) {
                path.append('[').append(part.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(part.getFieldName());
            }
        }
        return path.toString();
    }

    private static SimpleModule textValues() {
        SimpleModule module = new SimpleModule("cutover-text-values");
        TextValue.of(DnsName.class, DnsName::value, DnsName::new).addTo(module);
        TextValue.of(CutoverId.class, CutoverId::value, CutoverId::new).addTo(module);
        TextValue.of(ActionId.class, ActionId::text, CoreJson::actionId).addTo(module);
        return module;
    }

    /** Reads {@code acme-1/switch-2/1}; neither a cutover's id nor an attempt holds a slash. */
    private static ActionId actionId(String text) {
        int first = text.indexOf('/');
        int last = text.lastIndexOf('/');
        if (first < 0 || last == first || !text.substring(last + 1).matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException(
                    "expected an action's id such as acme-1/switch-2/1, seen '" + text + "'");
        }
        return new ActionId(
                new CutoverId(text.substring(0, first)),
                text.substring(first + 1, last),
                Integer.parseInt(text.substring(last + 1)));
    }
}
