package dev.rsi.core.internal;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** A record, by the names of its components, in their order. */
final class JsonRecord extends JsonType {
  private final Field[] fields;
  private final Map<String, Integer> places = new HashMap<>();
  private final Constructor<?> constructor;

  private record Field(
      String name, Method accessor, JsonType type, boolean primitive, boolean leftOutIfNull) {}

  JsonRecord(Class<?> type) {
    super("an object");
    RecordComponent[] components = type.getRecordComponents();
    fields = new Field[components.length];
    try {
      for (int i = 0; i < fields.length; i++) {
        RecordComponent component = components[i];
        component.getAccessor().setAccessible(true);
        fields[i] =
            new Field(
                component.getName(),
                component.getAccessor(),
                JsonType.of(component.getGenericType()),
                component.getType().isPrimitive(),
                component.isAnnotationPresent(LeftOutIfNull.class));
        places.put(component.getName(), i);
      }
      constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException("(" + type.getName() + ") is no record.", e);
    }
  }

  @Override
  void writeValue(JsonGenerator generator, Object value) {
    generator.writeStartObject();
    for (Field field : fields) {
      Object component = get(field, value);
      if (component == null && field.leftOutIfNull()) {
        continue;
      }
      generator.writeName(field.name());
      field.type().write(generator, component);
    }
    generator.writeEndObject();
  }

  private static @Nullable Object get(Field field, Object value) {
    try {
      return field.accessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Component (" + field.name() + ") cannot be read.", e);
    }
  }

  @Override
  Object readValue(JsonParser parser, boolean missing) {
    require(parser, JsonToken.START_OBJECT);
    @Nullable Object[] values = new @Nullable Object[fields.length];
    boolean[] seen = new boolean[fields.length];
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Integer place = places.get(name);
      if (place == null) {
        throw new JsonException("field (" + Cut.shown(name) + ") is unknown");
      }
      if (seen[place]) {
        throw new JsonException("field (" + name + ") stands there twice");
      }
      seen[place] = true;
      try {
        parser.nextToken();
        JsonType type = fields[place].type();
        values[place] =
            fields[place].primitive()
                ? type.read(parser, missing)
                : type.readOrNull(parser, missing);
      } catch (JsonException e) {
        throw e.in(name);
      } catch (JacksonException e) {
        throw JsonException.of(e).in(name);
      }
    }
    for (int i = 0; i < fields.length; i++) {
      boolean needed = fields[i].primitive() || !(missing || fields[i].leftOutIfNull());
      if (!seen[i] && needed) {
        throw new JsonException("field (" + fields[i].name() + ") is missing");
      }
    }
    return make(values);
  }

  private Object make(@Nullable Object[] values) {
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      Throwable why = e.getCause();
      if (why instanceof Error error) {
        throw error;
      }
      throw JsonException.refused(why == null ? e : why);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("A record cannot be made: " + constructor, e);
    }
  }
}
