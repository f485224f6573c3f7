package dev.rsi.lm.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.util.DefaultPrettyPrinter;

/**
 * Reads and writes JSON as maps in the order of the text, lists, strings, {@link Long} (or {@link
 * java.math.BigInteger} where that is too small), {@link Double}, {@link Boolean} and {@link
 * Null#NULL}. What it reads is from outside: it stops at a depth, a name or a number that no file
 * of a model has, at {@value #MAX_TOKENS} tokens of JSON, and at a name that stands twice.
 *
 * <p>Of Jackson only the reader and writer of tokens is used, which needs no other jar. Its mapper
 * shares a jar of annotations with the Jackson 2 of the application, whose older one would win.
 */
public final class Json {
  private static final long MAX_TOKENS = 2_000_000;
  private static final int MAX_DEPTH = 64;
  private static final int MAX_NAME = 4_096;
  private static final int MAX_NUMBER = 100;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // What is written must not depend on what another version of Jackson takes for normal.
          .disable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxTokenCount(MAX_TOKENS)
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(MAX_NAME)
                  .maxNumberLength(MAX_NUMBER)
                  .build())
          .build();

  /** What stands for nothing in JSON. */
  public enum Null {
    NULL
  }

  private Json() {}

  /**
   * Reads a text that is one value.
   *
   * @throws tools.jackson.core.JacksonException if it is no JSON, or beyond the limits
   * @throws IOException if there is no value, or more than one
   */
  public static Object read(String text) throws IOException {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() == null) {
        throw new IOException("There is no value.");
      }
      Object value = value(parser);
      if (parser.nextToken() != null) {
        throw new IOException("More text follows the value.");
      }
      return value;
    }
  }

  /**
   * A reader of the tokens of a large file, whose user builds no tree of it.
   *
   * @param mostTokens that it may have in place of {@value #MAX_TOKENS}
   */
  public static JsonParser parser(InputStream in, long mostTokens) {
    JsonFactory factory =
        FACTORY
            .rebuild()
            .streamReadConstraints(
                FACTORY.streamReadConstraints().rebuild().maxTokenCount(mostTokens).build())
            .build();
    return factory.createParser(ObjectReadContext.empty(), in);
  }

  /** The value that begins at the current token. */
  public static Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> values = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          values.put(name, value(parser));
        }
        yield values;
      }
      case START_ARRAY -> {
        List<Object> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          values.add(value(parser));
        }
        yield values;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT, LONG -> (Object) parser.getLongValue();
            default -> parser.getBigIntegerValue();
          };
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> Null.NULL;
      default -> throw new IOException("There is no value but " + parser.currentToken() + ".");
    };
  }

  /** An object to be filled, in whose order it is written. */
  public static Map<String, Object> object() {
    return new LinkedHashMap<>();
  }

  /** An object as people read it, with a line's end. */
  public static String write(Map<String, Object> value) {
    return text(value, new Indented()) + "\n";
  }

  /** A value in one line. */
  public static String line(Object value) {
    return text(value, ObjectWriteContext.empty());
  }

  private static String text(Object value, ObjectWriteContext context) {
    Writer text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(context, text)) {
      write(generator, value);
    }
    return text.toString();
  }

  private static void write(JsonGenerator generator, Object value) {
    if (value instanceof Map<?, ?> map) {
      generator.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        generator.writeName((String) entry.getKey());
        write(generator, entry.getValue());
      }
      generator.writeEndObject();
    } else if (value instanceof Iterable<?> list) {
      generator.writeStartArray();
      for (Object each : list) {
        write(generator, each);
      }
      generator.writeEndArray();
    } else if (value instanceof String text) {
      generator.writeString(text);
    } else if (value instanceof Boolean truth) {
      generator.writeBoolean(truth);
    } else if (value instanceof Double number) {
      generator.writeNumber((double) number);
    } else if (value instanceof Number number) {
      // Whole ones of every size.
      generator.writeNumber(number.toString());
    } else {
      generator.writeNull();
    }
  }

  private static final class Indented extends ObjectWriteContext.Base {
    private final PrettyPrinter printer = new DefaultPrettyPrinter();

    @Override
    public boolean hasPrettyPrinter() {
      return true;
    }

    @Override
    public PrettyPrinter getPrettyPrinter() {
      return printer;
    }
  }
}
