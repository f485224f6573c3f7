package dev.rsi.lm.internal;

import dev.rsi.api.CorruptModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A small JSON file whose fields are read with checks that name file, field and expectation. */
public final class JsonFile {
  private static final long MAX_BYTES = 64L << 20;

  private final Path file;
  private final JsonNode root;

  private JsonFile(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  public static JsonFile read(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new CorruptModelException(
            file, "(size)", "at most " + MAX_BYTES + " bytes", size + " bytes");
      }
      return of(file, Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new CorruptModelException(file, "(file)", "to exist", "no such file", e);
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
    return new CorruptModelException(file, field, expected, found);
  }

  private static String quoted(String text) {
    return '"' + (text.length() > 60 ? text.substring(0, 60) + "..." : text) + '"';
  }

  private static String kind(JsonNode node) {
    String text = node.toString();
    return text.length() > 60 ? text.substring(0, 60) + "..." : text;
  }
}
