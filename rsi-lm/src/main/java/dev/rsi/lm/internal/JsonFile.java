package dev.rsi.lm.internal;

import dev.rsi.api.CorruptModelException;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;

/** A small JSON file whose fields are read with checks that name file, field and expectation. */
public final class JsonFile {
  /** The most bytes of a configuration: hundreds of times what one has. */
  public static final int MAX_BYTES = 1 << 20;

  /** The most fields of a configuration: ten times what one has. */
  private static final int MAX_FIELDS = 1000;

  /** The most bytes of a tokenizer: one of 100,000 words of many letters has 3 million. */
  public static final int MAX_TOKENIZER_BYTES = 16 << 20;

  /** The most characters of a file's own words in a message. */
  private static final int MOST_SHOWN = 60;

  private final Path file;
  private final Map<String, Object> root;

  private JsonFile(Path file, Map<String, Object> root) {
    this.file = file;
    this.root = root;
  }

  /** Reads a configuration. */
  public static JsonFile read(Path file) {
    JsonFile json = read(file, MAX_BYTES);
    if (json.root.size() > MAX_FIELDS) {
      throw json.wrong("(root)", "at most " + MAX_FIELDS + " fields", json.root.size() + " fields");
    }
    return json;
  }

  /**
   * Reads a file.
   *
   * @param most bytes that it may have; no more are read
   */
  public static JsonFile read(Path file, int most) {
    // No channel, which an interrupt would close.
    try (InputStream in = new FileInputStream(file.toFile())) {
      byte[] content = in.readNBytes(most + 1);
      if (content.length > most) {
        throw new CorruptModelException(file, "(size)", "at most " + most + " bytes", "more");
      }
      return of(file, content);
    } catch (FileNotFoundException e) {
      String why = Files.notExists(file) ? "no such file" : String.valueOf(e.getMessage());
      throw new CorruptModelException(file, "(file)", "to exist", why, e);
    } catch (IOException e) {
      throw new CorruptModelException(file, "(content)", "readable JSON", e.toString(), e);
    }
  }

  /**
   * Reads content that is in memory already.
   *
   * @param file where it is from
   */
  public static JsonFile of(Path file, byte[] content) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      Object root = Json.read(text);
      if (!(root instanceof Map<?, ?>)) {
        throw new CorruptModelException(file, "(root)", "a JSON object", kind(root));
      }
      return new JsonFile(file, object(root));
    } catch (JacksonException | IOException e) {
      throw new CorruptModelException(file, "(content)", "readable JSON", e.toString(), e);
    }
  }

  public Path file() {
    return file;
  }

  // What is read as an object has texts for names.
  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  /** The value at a dotted path such as {@code "model.vocab"}, as {@link Json} gives it. */
  public Object node(String path) {
    Object node = root;
    for (String name : path.split("\\.", -1)) {
      Object next = node instanceof Map<?, ?> map ? map.get(name) : null;
      if (next == null) {
        throw wrong(path, "a value", "nothing");
      }
      node = next;
    }
    return node;
  }

  /** Whether the root has a field. */
  public boolean has(String name) {
    return root.containsKey(name);
  }

  public String text(String path) {
    Object node = node(path);
    if (!(node instanceof String text)) {
      throw wrong(path, "a string", kind(node));
    }
    return text;
  }

  public int integer(String path) {
    return integer(path, node(path));
  }

  public int integer(String path, Object node) {
    if (!(node instanceof Long number) || number != (int) (long) number) {
      throw wrong(path, "a whole number", kind(node));
    }
    return (int) (long) number;
  }

  public long longInteger(String path) {
    Object node = node(path);
    if (!(node instanceof Long number)) {
      throw wrong(path, "a whole number", kind(node));
    }
    return number;
  }

  public List<Integer> integers(String path) {
    Object node = node(path);
    if (!(node instanceof List<?> list)) {
      throw wrong(path, "an array", kind(node));
    }
    List<Integer> values = new ArrayList<>();
    for (Object element : list) {
      values.add(integer(path, element));
    }
    return values;
  }

  public <E extends Enum<E>> E constant(String path, Class<E> type) {
    String text = text(path);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(text)) {
        return constant;
      }
    }
    throw wrong(path, "one of " + Arrays.toString(type.getEnumConstants()), quoted(text));
  }

  public void requireText(String path, String expected) {
    String found = text(path);
    if (!found.equals(expected)) {
      throw wrong(path, quoted(expected), quoted(found));
    }
  }

  public void requireInt(String path, int expected) {
    int found = integer(path);
    if (found != expected) {
      throw wrong(path, String.valueOf(expected), String.valueOf(found));
    }
  }

  public CorruptModelException wrong(String field, String expected, String found) {
    return new CorruptModelException(file, shown(field), expected, found);
  }

  private static String quoted(String text) {
    return '"' + shown(text) + '"';
  }

  /**
   * An object.
   *
   * @throws CorruptModelException if it is something else
   */
  public Map<String, Object> object(String path) {
    Object node = node(path);
    if (!(node instanceof Map<?, ?>)) {
      throw wrong(path, "an object", kind(node));
    }
    return object(node);
  }

  private static String kind(Object node) {
    if (node instanceof Map<?, ?>) {
      return "OBJECT";
    }
    return node instanceof List<?> ? "ARRAY" : shown(Json.line(node));
  }

  /** As much as a message has room for. */
  public static String shown(String text) {
    if (text.length() <= MOST_SHOWN) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MOST_SHOWN - 1)) ? MOST_SHOWN - 1 : MOST_SHOWN;
    return text.substring(0, end) + "... (" + text.length() + " characters)";
  }
}
