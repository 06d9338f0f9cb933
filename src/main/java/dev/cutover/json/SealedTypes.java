package dev.cutover.json;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeResolverBuilder;
import com.fasterxml.jackson.databind.jsontype.impl.StdTypeResolverBuilder;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the members of our sealed interfaces apart by a property {@code type} with the member's simple
 * name. The names come from the sealed types themselves, so a new member needs no registration.
 */
final class SealedTypes extends JacksonAnnotationIntrospector {
    @Serial private static final long serialVersionUID = 1;

    static final String PROPERTY = "type";

    private static final String OURS = "dev.cutover.";

    @Override
    public @Nullable TypeResolverBuilder<?> findTypeResolver(
            MapperConfig<?> config, AnnotatedClass annotated, JavaType baseType) {
        if (!isMember(annotated.getRawType())) {
            return super.findTypeResolver(config, annotated, baseType);
        }
        return new StdTypeResolverBuilder()
                .init(
                        JsonTypeInfo.Value.construct(
                                JsonTypeInfo.Id.NAME,
                                JsonTypeInfo.As.EXISTING_PROPERTY,
                                PROPERTY,
                                null,
                                false,
                                true),
                        null);
    }

    @Override
    public @Nullable List<NamedType> findSubtypes(Annotated annotated) {
        if (!isMember(annotated.getRawType())) {
            return super.findSubtypes(annotated);
        }
        return records(annotated.getRawType()).stream()
                .map(type -> new NamedType(type, type.getSimpleName()))
                .toList();
    }

    @Override
    public void findAndAddVirtualProperties(
            MapperConfig<?> config, AnnotatedClass annotated, List<BeanPropertyWriter> properties) {
        if (annotated.getRawType().isRecord() && isMember(annotated.getRawType())) {
            properties.addFirst(TypeProperty.of(config, annotated));
        }
        super.findAndAddVirtualProperties(config, annotated, properties);
    }

    @Override
    public @Nullable String findTypeName(AnnotatedClass annotated) {
        return isMember(annotated.getRawType())
                ? annotated.getRawType().getSimpleName()
                : super.findTypeName(annotated);
    }

    /** The records below a sealed interface, through nested sealed interfaces; a record is its own only one. */
    static List<Class<?>> records(Class<?> type) {
        if (!type.isSealed()) {
            return List.of(type);
        }
        List<Class<?>> records = new ArrayList<>();
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            records.addAll(records(permitted));
        }
        return records;
    }

    /** Whether a type is one of our sealed interfaces or a member of one. */
    private static boolean isMember(Class<?> type) {
        if (!type.getName().startsWith(OURS)) {
            return false;
        }
        if (type.isInterface() && type.isSealed()) {
            return true;
        }
        for (Class<?> parent : type.getInterfaces()) {
            if (isMember(parent)) {
                return true;
            }
        }
        return false;
    }
}
