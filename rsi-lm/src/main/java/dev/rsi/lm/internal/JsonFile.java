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
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

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
  private final JsonNode root;

  private JsonFile(Path file, JsonNode root) {
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
      JsonNode root = Json.MAPPER.readTree(text);
      if (!root.isObject()) {
        throw new CorruptModelException(file, "(root)", "a JSON object", kind(root));
      }
      return new JsonFile(file, root);
    } catch (JacksonException | IOException e) {
      throw new CorruptModelException(file, "(content)", "readable JSON", e.toString(), e);
    }
  }

  public Path file() {
    return file;
  }

  /** The node at a dotted path such as {@code "model.vocab"}. */
  public JsonNode node(String path) {
    JsonNode node = root;
    for (String name : path.split("\\.", -1)) {
      JsonNode next = node.get(name);
      if (next == null) {
        throw wrong(path, "a value", "nothing");
      }
      node = next;
    }
    return node;
  }

  /** Whether the root has a field. */
  public boolean has(String name) {
    return root.has(name);
  }

  public String text(String path) {
    JsonNode node = node(path);
    if (!node.isString()) {
      throw wrong(path, "a string", kind(node));
    }
    return node.stringValue();
  }

  public int integer(String path) {
    return integer(path, node(path));
  }

  public int integer(String path, JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrong(path, "a whole number", kind(node));
    }
    return node.intValue();
  }

  public long longInteger(String path) {
    JsonNode node = node(path);
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw wrong(path, "a whole number", kind(node));
    }
    return node.longValue();
  }

  public List<Integer> integers(String path) {
    JsonNode node = node(path);
    if (!node.isArray()) {
      throw wrong(path, "an array", kind(node));
    }
    List<Integer> values = new ArrayList<>();
    for (JsonNode element : node) {
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

  private static String kind(JsonNode node) {
    return node.isContainer() ? node.getNodeType().toString() : shown(node.toString());
  }

  /** As much as a message has room for. */
  private static String shown(String text) {
    if (text.length() <= MOST_SHOWN) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MOST_SHOWN - 1)) ? MOST_SHOWN - 1 : MOST_SHOWN;
    return text.substring(0, end) + "... (" + text.length() + " characters)";
  }
}
