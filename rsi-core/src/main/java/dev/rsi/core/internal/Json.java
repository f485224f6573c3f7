package dev.rsi.core.internal;

import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.util.DefaultPrettyPrinter;

/**
 * How rsi writes and reads the JSON that it keeps: records, by their components. What it writes it
 * reads back equal; what it would not have written itself it refuses: unknown, missing and repeated
 * fields, values of another kind, null for numbers, trailing text. Values may hold any text; names
 * must not hold half a surrogate pair, since no reader takes them.
 *
 * <p>Of Jackson only the reader and writer of tokens is used, which needs no other jar. Its mapper
 * shares a jar of annotations with the Jackson 2 of the application, whose older one would win.
 */
public final class Json {
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          // A model may emit half a surrogate pair, which has no UTF-8: everything from the
          // surrogates on is written as an escape.
          .highestNonEscapedChar(0xD7FF)
          // What is written must not depend on what another version of Jackson takes for normal.
          .disable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
          // The limits guard against strangers; what was recorded must be readable at any size.
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private Json() {}

  /**
   * A record in one line.
   *
   * @throws JsonException if it holds what JSON cannot, with what
   */
  public static String write(Object value) {
    return write(value, ObjectWriteContext.empty());
  }

  /** A record as people read it, in UTF-8. */
  public static byte[] writeIndented(Object value) {
    return write(value, new Indented()).getBytes(StandardCharsets.UTF_8);
  }

  private static String write(Object value, ObjectWriteContext context) {
    Writer text = new StringWriter(256);
    try (JsonGenerator generator = FACTORY.createGenerator(context, text)) {
      JsonType.of(value.getClass()).write(generator, value);
    } catch (JacksonException e) {
      throw JsonException.of(e);
    }
    return text.toString();
  }

  /**
   * Reads a record.
   *
   * @throws JsonException if the text is none that {@link #write} wrote, with what is wrong and
   *     where
   */
  public static <T> T read(String text, Class<T> type) {
    return read(text, type, false);
  }

  /**
   * Reads a record that may be older than some of its components.
   *
   * @param missing whether a component that is not there is null; its constructor may refuse that
   */
  public static <T> T read(String text, Class<T> type, boolean missing) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return read(parser, type, missing);
    } catch (JacksonException e) {
      throw JsonException.of(e);
    }
  }

  /** Reads a record from the bytes of a file. */
  public static <T> T read(byte[] text, Class<T> type) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return read(parser, type, false);
    } catch (JacksonException e) {
      throw JsonException.of(e);
    }
  }

  private static <T> T read(JsonParser parser, Class<T> type, boolean missing) {
    parser.nextToken();
    Object value = JsonType.of(type).read(parser, missing);
    if (parser.nextToken() != null) {
      throw new JsonException("more text follows");
    }
    return type.cast(value);
  }

  /**
   * One value of an object, as its text stands in the file; of a list or an object its first sign.
   *
   * @return null if the file is no object or has no field of this name
   */
  public static @Nullable String field(byte[] text, String name) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean wanted = name.equals(parser.currentName());
        parser.nextToken();
        if (wanted) {
          return parser.getString();
        }
        parser.skipChildren();
      }
      return null;
    } catch (JacksonException e) {
      throw JsonException.of(e);
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
