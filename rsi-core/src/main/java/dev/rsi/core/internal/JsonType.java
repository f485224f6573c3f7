package dev.rsi.core.internal;

import dev.rsi.api.Cost;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** How values of one type are written and read. Thread-safe. */
abstract class JsonType {
  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  private static final JsonType TEXT =
      new JsonType("a text") {
        @Override
        void writeValue(JsonGenerator generator, Object value) {
          generator.writeString((String) value);
        }

        @Override
        Object readValue(JsonParser parser, boolean missing) {
          return require(parser, JsonToken.VALUE_STRING).getString();
        }
      };

  private static final JsonType INT =
      new JsonType("a whole number") {
        @Override
        void writeValue(JsonGenerator generator, Object value) {
          generator.writeNumber((int) (Integer) value);
        }

        @Override
        Object readValue(JsonParser parser, boolean missing) {
          return require(parser, JsonToken.VALUE_NUMBER_INT).getIntValue();
        }
      };

  private static final JsonType LONG =
      new JsonType("a whole number") {
        @Override
        void writeValue(JsonGenerator generator, Object value) {
          generator.writeNumber((long) (Long) value);
        }

        @Override
        Object readValue(JsonParser parser, boolean missing) {
          return require(parser, JsonToken.VALUE_NUMBER_INT).getLongValue();
        }
      };

  private static final JsonType DOUBLE =
      new JsonType("a number") {
        @Override
        void writeValue(JsonGenerator generator, Object value) {
          generator.writeNumber((double) (Double) value);
        }

        @Override
        Object readValue(JsonParser parser, boolean missing) {
          JsonToken token = parser.currentToken();
          if (token == JsonToken.VALUE_STRING && NOT_FINITE.contains(parser.getString())) {
            return Double.valueOf(parser.getString());
          }
          if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
            throw unexpected(parser);
          }
          return parser.getDoubleValue();
        }
      };

  private static final JsonType BOOLEAN =
      new JsonType("true or false") {
        @Override
        void writeValue(JsonGenerator generator, Object value) {
          generator.writeBoolean((Boolean) value);
        }

        @Override
        Object readValue(JsonParser parser, boolean missing) {
          JsonToken token = parser.currentToken();
          if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw unexpected(parser);
          }
          return token == JsonToken.VALUE_TRUE;
        }
      };

  private static final Map<Class<?>, JsonType> PLAIN =
      Map.of(
          String.class, TEXT,
          int.class, INT,
          Integer.class, INT,
          long.class, LONG,
          Long.class, LONG,
          double.class, DOUBLE,
          Double.class, DOUBLE,
          boolean.class, BOOLEAN,
          Cost.class, new CostType());

  // What is learnt about a record takes longer than to write hundreds of its values.
  private static final ClassValue<JsonType> RECORDS =
      new ClassValue<>() {
        @Override
        protected JsonType computeValue(Class<?> type) {
          return new JsonRecord(type);
        }
      };

  private final String what;

  /**
   * A type.
   *
   * @param what a value of it, for people
   */
  JsonType(String what) {
    this.what = what;
  }

  /**
   * How values of a type are written.
   *
   * @throws IllegalArgumentException if there is no way
   */
  static JsonType of(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] of = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return new ListType(of(of[0]));
      }
      if (generic.getRawType() == Map.class && of[0] == String.class) {
        return new MapType(of(of[1]));
      }
    } else if (type instanceof Class<?> plain) {
      JsonType known = PLAIN.get(plain);
      if (known != null) {
        return known;
      }
      if (plain.isRecord()) {
        return RECORDS.get(plain);
      }
      if (plain.isEnum()) {
        return new EnumType(plain);
      }
    }
    throw new IllegalArgumentException("There is no JSON for (" + type.getTypeName() + ").");
  }

  final void write(JsonGenerator generator, @Nullable Object value) {
    if (value == null) {
      generator.writeNull();
    } else {
      writeValue(generator, value);
    }
  }

  /** Reads the value whose first token is the present one, up to its last. */
  final @Nullable Object readOrNull(JsonParser parser, boolean missing) {
    return parser.currentToken() == JsonToken.VALUE_NULL ? null : readValue(parser, missing);
  }

  final Object read(JsonParser parser, boolean missing) {
    return readValue(parser, missing);
  }

  abstract void writeValue(JsonGenerator generator, Object value);

  abstract Object readValue(JsonParser parser, boolean missing);

  final JsonParser require(JsonParser parser, JsonToken token) {
    if (parser.currentToken() != token) {
      throw unexpected(parser);
    }
    return parser;
  }

  final JsonException unexpected(JsonParser parser) {
    JsonToken token = parser.currentToken();
    String found = token == null ? "nothing" : Cut.shown(parser.getString());
    return new JsonException("there is (" + found + "), and it should be " + what);
  }

  /**
   * A cost, of which a record holds only what there is: so those of older records stay as written.
   */
  private static final class CostType extends JsonType {
    CostType() {
      super("a cost");
    }

    @Override
    void writeValue(JsonGenerator generator, Object value) {
      RECORDS.get(WrittenCost.class).writeValue(generator, WrittenCost.of((Cost) value));
    }

    @Override
    Object readValue(JsonParser parser, boolean missing) {
      WrittenCost written = (WrittenCost) RECORDS.get(WrittenCost.class).readValue(parser, missing);
      try {
        return written.cost();
      } catch (IllegalArgumentException e) {
        throw JsonException.refused(e);
      }
    }
  }

  private static final class EnumType extends JsonType {
    // Names are part of the format; what a constant is called for people is not.
    private final Map<String, Object> constants;

    EnumType(Class<?> type) {
      super("one of " + names(type));
      constants =
          Arrays.stream(type.getEnumConstants())
              .collect(Collectors.toMap(c -> ((Enum<?>) c).name(), Function.identity()));
    }

    private static List<String> names(Class<?> type) {
      return Arrays.stream(type.getEnumConstants()).map(c -> ((Enum<?>) c).name()).toList();
    }

    @Override
    void writeValue(JsonGenerator generator, Object value) {
      generator.writeString(((Enum<?>) value).name());
    }

    @Override
    Object readValue(JsonParser parser, boolean missing) {
      Object constant = constants.get(require(parser, JsonToken.VALUE_STRING).getString());
      if (constant == null) {
        throw unexpected(parser);
      }
      return constant;
    }
  }

  private static final class ListType extends JsonType {
    private final JsonType element;

    ListType(JsonType element) {
      super("a list");
      this.element = element;
    }

    @Override
    void writeValue(JsonGenerator generator, Object value) {
      generator.writeStartArray();
      for (Object each : (List<?>) value) {
        element.write(generator, each);
      }
      generator.writeEndArray();
    }

    @Override
    Object readValue(JsonParser parser, boolean missing) {
      require(parser, JsonToken.START_ARRAY);
      List<@Nullable Object> values = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        try {
          values.add(element.readOrNull(parser, missing));
        } catch (JsonException e) {
          throw e.in(String.valueOf(values.size()));
        }
      }
      return values;
    }
  }

  private static final class MapType extends JsonType {
    private final JsonType element;

    MapType(JsonType element) {
      super("an object");
      this.element = element;
    }

    @Override
    void writeValue(JsonGenerator generator, Object value) {
      generator.writeStartObject();
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        String name = Objects.requireNonNull((String) entry.getKey(), "name");
        if (name.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
          throw new JsonException("The name (" + name + ") holds half a surrogate pair.");
        }
        generator.writeName(name);
        element.write(generator, entry.getValue());
      }
      generator.writeEndObject();
    }

    @Override
    Object readValue(JsonParser parser, boolean missing) {
      require(parser, JsonToken.START_OBJECT);
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        try {
          if (values.containsKey(name)) {
            throw new JsonException("it stands there twice");
          }
          values.put(name, element.readOrNull(parser, missing));
        } catch (JsonException e) {
          throw e.in(Cut.shown(name));
        }
      }
      return values;
    }
  }
}
