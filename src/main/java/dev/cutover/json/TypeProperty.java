package dev.cutover.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.PropertyName;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.introspect.VirtualAnnotatedMember;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.VirtualBeanPropertyWriter;
import com.fasterxml.jackson.databind.util.Annotations;
import com.fasterxml.jackson.databind.util.SimpleBeanPropertyDefinition;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Writes a sealed type's member's name as its first property.
 *
 * <p>A property of the object rather than of the place it stands in: a member in a list or a map whose
 * element type was lost at run time must not lose its name.
 */
final class TypeProperty extends VirtualBeanPropertyWriter {
    @Serial private static final long serialVersionUID = 1;

    private TypeProperty(
            BeanPropertyDefinition definition, Annotations annotations, JavaType type) {
        super(definition, annotations, type);
    }

    static BeanPropertyWriter of(MapperConfig<?> config, AnnotatedClass owner) {
        JavaType text = config.constructType(String.class);
        var member =
                new VirtualAnnotatedMember(owner, owner.getRawType(), SealedTypes.PROPERTY, text);
        return new TypeProperty(
                SimpleBeanPropertyDefinition.construct(
                        config, member, PropertyName.construct(SealedTypes.PROPERTY)),
                owner.getAnnotations(),
                text);
    }

    @Override
    protected @Nullable Object value(Object bean, JsonGenerator out, SerializerProvider provider) {
        return bean.getClass().getSimpleName();
    }

    @Override
    public VirtualBeanPropertyWriter withConfig(
            MapperConfig<?> config,
            AnnotatedClass declaringClass,
            BeanPropertyDefinition definition,
            JavaType type) {
        return new TypeProperty(definition, declaringClass.getAnnotations(), type);
    }
}
