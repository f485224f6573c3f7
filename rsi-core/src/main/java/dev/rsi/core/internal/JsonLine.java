package dev.rsi.core.internal;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;

/**
 * Any JSON object as a map of plain values: texts, {@link Boolean}, {@link Long}, {@link
 * BigInteger} where that is too small, {@link BigDecimal} for numbers with a point or an exponent,
 * null, lists and maps. What is written is read back equal. Numbers of other types are written as
 * one of these.
 */
public final class JsonLine {
  private JsonLine() {}

  /**
   * Reads an object.
   *
   * @throws JsonException if the text is no object, a name is there twice, or text follows
   */
  public static Map<String, @Nullable Object> read(String text) {
    try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new JsonException("there is (" + Cut.shown(text) + "), and it should be an object");
      }
      Map<String, @Nullable Object> fields = object(parser);
      if (parser.nextToken() != null) {
        throw new JsonException("more text follows");
      }
      return fields;
    } catch (JacksonException e) {
      throw JsonException.of(e);
    }
  }

  private static Map<String, @Nullable Object> object(JsonParser parser) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (fields.containsKey(name)) {
        throw new JsonException("field (" + Cut.shown(name) + ") is there twice");
      }
      parser.nextToken();
      fields.put(name, value(parser));
    }
    return Collections.unmodifiableMap(fields);
  }

  private static @Nullable Object value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield Collections.unmodifiableList(list);
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> integer(parser.getBigIntegerValue());
      case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new JsonException("there is (" + parser.getString() + ")");
    };
  }

  private static Object integer(BigInteger number) {
    if (number.bitLength() < Long.SIZE) {
      return number.longValueExact();
    }
    return number;
  }

  /**
   * Writes an object in a line.
   *
   * @throws JsonException if it holds what JSON cannot, with what and where
   */
  public static String write(Map<?, ?> fields) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator generator = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      writeObject(generator, fields);
    } catch (JacksonException e) {
      throw JsonException.of(e);
    }
    return text.toString();
  }

  private static void writeObject(JsonGenerator generator, Map<?, ?> fields) {
    generator.writeStartObject();
    fields.forEach(
        (name, value) -> {
          if (!(name instanceof String known)) {
            throw new JsonException("the name of a field is (" + name + "), and should be text");
          }
          generator.writeName(known);
          try {
            write(generator, value);
          } catch (JsonException e) {
            throw e.in(known);
          }
        });
    generator.writeEndObject();
  }

  private static void write(JsonGenerator generator, @Nullable Object value) {
    if (value == null) {
      generator.writeNull();
    } else if (value instanceof CharSequence text) {
      generator.writeString(text.toString());
    } else if (value instanceof Boolean flag) {
      generator.writeBoolean(flag);
    } else if (value instanceof BigInteger number) {
      generator.writeNumber(number);
    } else if (value instanceof BigDecimal number) {
      // With a point or an exponent, so that it is read back as what it is.
      String digits = number.toString();
      boolean isWhole = digits.chars().allMatch(c -> c == '-' || Character.isDigit(c));
      generator.writeNumber(isWhole ? digits + "e0" : digits);
    } else if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      if (!Double.isFinite(number)) {
        throw new JsonException("there is the number (" + number + "), which JSON does not have");
      }
      generator.writeNumber(value.toString());
    } else if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      generator.writeNumber(((Number) value).longValue());
    } else if (value instanceof Map<?, ?> fields) {
      writeObject(generator, fields);
    } else if (value instanceof Iterable<?> list) {
      generator.writeStartArray();
      list.forEach(each -> write(generator, each));
      generator.writeEndArray();
    } else {
      throw new JsonException(
          "there is a value of (" + value.getClass().getName() + "), which JSON does not have");
    }
  }
}
