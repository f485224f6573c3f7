package dev.rsi.lm.gguf;

import dev.rsi.api.CorruptModelException;
import dev.rsi.lm.internal.JsonFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the head of a GGUF file; no number in it is believed before it is checked. */
final class GgufReader {
  private static final int MAGIC = 0x46554747;
  private static final int MOST_ENTRIES = 100_000;
  private static final int MOST_DIMENSIONS = 4;

  /** An array whose elements are read when asked for. */
  record Array(Kind kind, int type, long count, long position) {
    @Override
    public String toString() {
      return count + " " + kind;
    }
  }

  /** What an array holds. */
  enum Kind {
    INTEGERS,
    FLOATS,
    STRINGS,
    OTHERS
  }

  /** Bytes of a value by the number of its type; 0 for strings and arrays. */
  private static final int[] WIDTH = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int FLOAT64 = 12;

  private final Path file;
  private final Bytes bytes;
  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final Map<String, GgufTensor> tensors = new LinkedHashMap<>();
  private long at;

  GgufReader(Path file, Bytes bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  Map<String, Object> metadata() {
    return metadata;
  }

  Map<String, GgufTensor> tensors() {
    return tensors;
  }

  void read() {
    if (bytes.size() < 24 || u32("(magic)") != MAGIC) {
      throw wrong("(magic)", "\"GGUF\"", "another kind of file");
    }
    int version = u32("(version)");
    if (version != 2 && version != 3) {
      boolean turned = Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3;
      throw wrong("(version)", "2 or 3", turned ? "a file of big-endian numbers" : version + "");
    }
    long tensorCount = count("(tensors)");
    long entryCount = count("(metadata)");
    for (long i = 0; i < entryCount; i++) {
      String name = string("metadata[" + i + "]");
      Object value = value(name, u32(name));
      if (metadata.put(name, value) != null) {
        throw wrong(JsonFile.shown(name), "one value", "a second");
      }
    }
    List<Header> headers = new ArrayList<>();
    for (long i = 0; i < tensorCount; i++) {
      headers.add(header("tensors[" + i + "]"));
    }
    long alignment = alignment();
    long base = (at + alignment - 1) / alignment * alignment;
    headers.forEach(header -> place(header, base, alignment));
  }

  private long count(String what) {
    long count = u64(what);
    if (count < 0 || count > MOST_ENTRIES) {
      throw wrong(what, "at most " + MOST_ENTRIES, Long.toUnsignedString(count));
    }
    return count;
  }

  private long alignment() {
    Object alignment = metadata.getOrDefault("general.alignment", 32L);
    if (!(alignment instanceof Long number)
        || number < 8
        || number > 1 << 20
        || Long.bitCount(number) != 1) {
      throw wrong("general.alignment", "a power of two from 8 to 1048576", alignment + "");
    }
    return number;
  }

  /** What the table has of a tensor. */
  private record Header(String name, List<Long> shape, int type, long offset) {}

  private Header header(String place) {
    String name = string(place);
    int dimensions = u32(name);
    if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
      throw wrong(name, "at most 4 dimensions", Integer.toUnsignedString(dimensions));
    }
    List<Long> shape = new ArrayList<>();
    for (int i = 0; i < dimensions; i++) {
      shape.add(0, u64(name));
    }
    return new Header(name, shape, u32(name), u64(name));
  }

  private void place(Header header, long base, long alignment) {
    String name = header.name;
    GgufType type = GgufType.of(header.type);
    if (type == null) {
      throw new CorruptModelException(
          file,
          JsonFile.shown(name),
          "a tensor of one of the types that are read: " + GgufType.known(),
          "type (" + header.type + ")");
    }
    long size = 1;
    for (long length : header.shape) {
      if (length < 1 || length > Long.MAX_VALUE / 256 / size) {
        throw wrong(name, "sizes of 1 and more, together below 2^55", header.shape + "");
      }
      size *= length;
    }
    long row = header.shape.isEmpty() ? 1 : header.shape.get(header.shape.size() - 1);
    if (row % type.blockNumbers() != 0) {
      throw wrong(name, "rows of whole blocks of " + type.blockNumbers(), row + "");
    }
    long length = size / type.blockNumbers() * type.blockBytes();
    long room = bytes.size() - base;
    if (header.offset < 0
        || header.offset % alignment != 0
        || length > room
        || header.offset > room - length) {
      throw wrong(
          name,
          length + " bytes inside the file of " + bytes.size(),
          "them at " + Long.toUnsignedString(header.offset) + " behind " + base);
    }
    GgufTensor tensor = new GgufTensor(name, header.shape, type, base + header.offset);
    if (tensors.put(name, tensor) != null) {
      throw wrong(name, "one tensor", "a second");
    }
  }

  private Object value(String name, int type) {
    if (type == STRING) {
      return string(name);
    } else if (type == ARRAY) {
      return array(name, 0);
    } else if (type < 0 || type >= WIDTH.length) {
      throw wrong(name, "a type from 0 to 12", Integer.toUnsignedString(type));
    }
    ByteBuffer value = take(name, WIDTH[type]);
    return type == BOOL
        ? (Object) (value.get(0) != 0)
        : type == FLOAT32 || type == FLOAT64
            ? (Object) (type == FLOAT32 ? (double) value.getFloat(0) : value.getDouble(0))
            : integer(value, 0, type);
  }

  private static long integer(ByteBuffer values, int at, int type) {
    return switch (type) {
      case 0, BOOL -> values.get(at) & 0xFFL;
      case 1 -> values.get(at);
      case 2 -> values.getShort(at) & 0xFFFFL;
      case 3 -> values.getShort(at);
      case 4 -> values.getInt(at) & 0xFFFFFFFFL;
      case 5 -> values.getInt(at);
      default -> values.getLong(at);
    };
  }

  /** Passes over an array and keeps where it is. */
  private Array array(String name, int depth) {
    int type = u32(name);
    long count = u64(name);
    long from = at;
    if (type < 0 || type >= WIDTH.length || depth > 4) {
      throw wrong(name, "an array of a type from 0 to 12", Integer.toUnsignedString(type));
    }
    // The least that an element takes.
    int least = WIDTH[type] > 0 ? WIDTH[type] : type == STRING ? 8 : 12;
    if (count < 0 || count > (bytes.size() - at) / least) {
      throw wrong(name, "an array inside the file", Long.toUnsignedString(count) + " elements");
    }
    if (WIDTH[type] > 0) {
      at += count * WIDTH[type];
    } else {
      for (long i = 0; i < count; i++) {
        if (type == STRING) {
          skip(name);
        } else {
          array(name, depth + 1);
        }
      }
    }
    Kind kind =
        type == STRING
            ? Kind.STRINGS
            : type == ARRAY
                ? Kind.OTHERS
                : type == FLOAT32 || type == FLOAT64 ? Kind.FLOATS : Kind.INTEGERS;
    return new Array(kind, type, count, from);
  }

  private void skip(String name) {
    long length = u64(name);
    if (length < 0 || length > bytes.size() - at) {
      throw wrong(name, "a string inside the file", Long.toUnsignedString(length) + " bytes");
    }
    at += length;
  }

  List<String> strings(Array array) {
    at = array.position;
    List<String> strings = new ArrayList<>((int) Math.min(array.count, 1 << 20));
    for (long i = 0; i < array.count; i++) {
      strings.add(string("string " + i));
    }
    return strings;
  }

  long[] integers(Array array) {
    long[] numbers = new long[length(array)];
    int width = WIDTH[array.type];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = integer(bytes.at(array.position + (long) i * width, width), 0, array.type);
    }
    return numbers;
  }

  float[] floats(Array array) {
    float[] numbers = new float[length(array)];
    int width = WIDTH[array.type];
    for (int i = 0; i < numbers.length; i++) {
      ByteBuffer value = bytes.at(array.position + (long) i * width, width);
      numbers[i] = array.type == FLOAT32 ? value.getFloat(0) : (float) value.getDouble(0);
    }
    return numbers;
  }

  private int length(Array array) {
    if (array.count > 1 << 24) {
      throw wrong("(metadata)", "arrays of at most 16777216 numbers", array + "");
    }
    return (int) array.count;
  }

  private String string(String place) {
    long length = u64(place);
    long most = Math.min(bytes.size() - at, 1 << 24);
    if (length < 0 || length > most) {
      throw wrong(place, "a string of at most " + most + " bytes", Long.toUnsignedString(length));
    }
    ByteBuffer text = take(place, (int) length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw new CorruptModelException(file, JsonFile.shown(place), "UTF-8", e.toString(), e);
    }
  }

  private int u32(String place) {
    return take(place, 4).getInt(0);
  }

  private long u64(String place) {
    return take(place, 8).getLong(0);
  }

  private ByteBuffer take(String place, int length) {
    if (length > bytes.size() - at) {
      throw wrong(place, length + " bytes more", "the file's end");
    }
    ByteBuffer taken = bytes.at(at, length);
    at += length;
    return taken;
  }

  private CorruptModelException wrong(String field, String expected, String found) {
    return new CorruptModelException(file, JsonFile.shown(field), expected, found);
  }
}
