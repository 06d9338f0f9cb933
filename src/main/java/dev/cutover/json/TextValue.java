package dev.cutover.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.function.Function;

/** A value that is plain text as JSON, also as a map's key. Text that is no such value is refused with its own words. */
record TextValue<T>(Class<T> type, Function<T, String> print, Function<String, T> parse) {
    static <T> TextValue<T> of(
            Class<T> type, Function<T, String> print, Function<String, T> parse) {
        return new TextValue<>(type, print, parse);
    }

    void addTo(SimpleModule module) {
        module.addSerializer(type, new Writer());
        module.addDeserializer(type, new Reader());
        module.addKeySerializer(type, new KeyWriter());
        module.addKeyDeserializer(type, new KeyReader());
    }

    private final class Writer extends JsonSerializer<T> {
        @Override
        public void serialize(T value, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            out.writeString(print.apply(value));
        }
    }

    private final class KeyWriter extends JsonSerializer<T> {
        @Override
        public void serialize(T value, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            out.writeFieldName(print.apply(value));
        }
    }

    private final class Reader extends JsonDeserializer<T> {
        @Override
        public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (!in.hasToken(JsonToken.VALUE_STRING)) {
                return context.reportInputMismatch(
                        type, "expected text, seen %s", in.currentToken());
            }
            String text = in.getText();
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException e) {
                return context.reportInputMismatch(type, "%s", String.valueOf(e.getMessage()));
            }
        }
    }

    private final class KeyReader extends KeyDeserializer {
        @Override
        public Object deserializeKey(String key, DeserializationContext context)
                throws IOException {
            try {
                return parse.apply(key);
            } catch (IllegalArgumentException e) {
                return context.reportInputMismatch(type, "%s", String.valueOf(e.getMessage()));
            }
        }
    }
}
