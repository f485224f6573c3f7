package dev.rsi.lm;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.RsiException;
import dev.rsi.lm.internal.Json;
import dev.rsi.lm.internal.JsonFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * A file of named arrays in the safetensors format: eight bytes of header length, a JSON header,
 * and the arrays without gaps, all little-endian.
 *
 * <p>Reading takes nothing on trust: the header is at most 4 MB, enough for 30,000 arrays; names
 * are distinct, every array lies inside the file, none overlap, none leave a hole, and type times
 * shape is the number of bytes. Immutable and thread-safe. An interrupt does not disturb it: no
 * interruptible channel is used.
 */
public final class Safetensors {
  private static final int MAX_HEADER = 4 << 20;
  private static final String METADATA = "__metadata__";
  private static final Map<String, Integer> TYPE_BYTES =
      Map.ofEntries(
          Map.entry("F64", 8),
          Map.entry("I64", 8),
          Map.entry("U64", 8),
          Map.entry("F32", 4),
          Map.entry("I32", 4),
          Map.entry("U32", 4),
          Map.entry("F16", 2),
          Map.entry("BF16", 2),
          Map.entry("I16", 2),
          Map.entry("U16", 2),
          Map.entry("I8", 1),
          Map.entry("U8", 1),
          Map.entry("BOOL", 1));

  private final Path file;
  private final Map<String, String> metadata;
  private final Map<String, Entry> entries;

  private record Entry(String name, String type, List<Long> shape, long begin, long end) {}

  private Safetensors(Path file, Map<String, String> metadata, Map<String, Entry> entries) {
    this.file = file;
    this.metadata = Collections.unmodifiableMap(metadata);
    this.entries = entries;
  }

  /**
   * Reads and checks the header of a file. Arrays are read when they are asked for.
   *
   * @throws CorruptModelException naming the file, the array and what was expected
   */
  public static Safetensors read(Path file) {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "r")) {
      long size = opened.length();
      if (size < 8) {
        throw wrong(file, "(header length)", "8 bytes", size + " bytes");
      }
      long headerSize = bytes(opened, 0, 8).getLong();
      if (headerSize < 2 || headerSize > MAX_HEADER || headerSize > size - 8) {
        throw wrong(
            file,
            "(header length)",
            "2 to " + Math.min(MAX_HEADER, size - 8) + " bytes",
            Long.toUnsignedString(headerSize));
      }
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(bytes(opened, 8, (int) headerSize)).toString();
      if (!text.startsWith("{") || !(Json.read(text) instanceof Map<?, ?> header)) {
        throw wrong(file, "(header)", "a JSON object", "something else");
      }
      Map<String, String> metadata = new TreeMap<>();
      Map<String, Entry> entries = new TreeMap<>();
      for (Map.Entry<?, ?> field : header.entrySet()) {
        String name = (String) field.getKey();
        if (name.equals(METADATA)) {
          readMetadata(file, field.getValue(), metadata);
        } else {
          entries.put(name, readEntry(file, name, field.getValue()));
        }
      }
      checkLayout(file, entries, size - 8 - headerSize);
      return new Safetensors(file, metadata, entries);
    } catch (FileNotFoundException e) {
      throw new CorruptModelException(file, "(file)", "to exist", "no such file", e);
    } catch (JacksonException | IOException e) {
      throw new CorruptModelException(file, "(header)", "readable JSON", e.toString(), e);
    }
  }

  private static void readMetadata(Path file, Object node, Map<String, String> metadata) {
    if (!(node instanceof Map<?, ?> fields)) {
      throw wrong(file, METADATA, "an object of strings", "something else");
    }
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      if (!(field.getValue() instanceof String text)) {
        throw wrong(file, METADATA + "." + field.getKey(), "a string", "something else");
      }
      metadata.put((String) field.getKey(), text);
    }
  }

  private static Entry readEntry(Path file, String name, Object node) {
    Map<?, ?> fields = node instanceof Map<?, ?> map ? map : Map.of();
    Object type = fields.get("dtype");
    Integer width = type instanceof String ? TYPE_BYTES.get(type) : null;
    if (!(type instanceof String dtype) || width == null) {
      throw wrong(file, name + ".dtype", "one of " + TYPE_BYTES.keySet(), shown(type));
    }
    List<Long> shape = wholeNumbers(file, name + ".shape", fields.get("shape"));
    List<Long> offsets = wholeNumbers(file, name + ".data_offsets", fields.get("data_offsets"));
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw wrong(file, name + ".data_offsets", "begin and end, in order", offsets.toString());
    }
    long bytes = width;
    try {
      for (long dimension : shape) {
        bytes = Math.multiplyExact(bytes, dimension);
      }
    } catch (ArithmeticException e) {
      throw wrong(file, name + ".shape", "a size below 2^63 bytes", shape.toString());
    }
    long found = offsets.get(1) - offsets.get(0);
    if (bytes != found) {
      throw wrong(
          file,
          name + ".data_offsets",
          bytes + " bytes for " + dtype + " " + shape,
          found + " bytes");
    }
    return new Entry(name, dtype, shape, offsets.get(0), offsets.get(1));
  }

  private static List<Long> wholeNumbers(Path file, String field, @Nullable Object node) {
    if (!(node instanceof List<?> list)) {
      throw wrong(file, field, "an array of whole numbers", shown(node));
    }
    List<Long> numbers = new ArrayList<>();
    for (Object element : list) {
      if (!(element instanceof Long number) || number < 0) {
        throw wrong(file, field, "whole numbers >= 0", shown(element));
      }
      numbers.add(number);
    }
    return List.copyOf(numbers);
  }

  private static String shown(@Nullable Object value) {
    return value == null ? "nothing" : JsonFile.shown(Json.line(value));
  }

  private static void checkLayout(Path file, Map<String, Entry> entries, long dataSize) {
    List<Entry> ordered = new ArrayList<>(entries.values());
    ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long at = 0;
    for (Entry entry : ordered) {
      if (entry.begin() != at) {
        throw wrong(
            file,
            entry.name() + ".data_offsets",
            "to begin at " + at + ", without overlap or hole",
            String.valueOf(entry.begin()));
      }
      at = entry.end();
      if (at > dataSize) {
        throw wrong(
            file, entry.name() + ".data_offsets", "an end <= " + dataSize, String.valueOf(at));
      }
    }
    if (at != dataSize) {
      throw wrong(file, "(data)", at + " bytes, as the header says", dataSize + " bytes");
    }
  }

  /** Free text that the writer left, by name. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The names of all arrays, sorted. */
  public Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /**
   * Reads exactly the arrays of a table into one flat vector; F16 and BF16 are widened.
   *
   * @throws CorruptModelException if an array is missing, has another shape or type, or if there is
   *     one more
   */
  public float[] flat(List<Parameter> table) {
    Set<String> others = new HashSet<>(entries.keySet());
    int total = 0;
    for (Parameter parameter : table) {
      others.remove(parameter.name());
      total = Math.max(total, parameter.offset() + parameter.size());
      check(parameter);
    }
    if (!others.isEmpty()) {
      String first = Collections.min(others);
      throw wrong(file, first, "no array of this name in this model", "one");
    }
    float[] flat = new float[total];
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "r")) {
      long data = 8 + bytes(opened, 0, 8).getLong();
      for (Parameter parameter : table) {
        Entry entry = entry(parameter.name());
        int size = Math.toIntExact(entry.end() - entry.begin());
        copy(bytes(opened, data + entry.begin(), size), entry.type(), flat, parameter.offset());
      }
    } catch (IOException e) {
      throw new CorruptModelException(file, "(data)", "readable bytes", e.toString(), e);
    }
    return flat;
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw wrong(file, name, "an array of this name", "none");
    }
    return entry;
  }

  private void check(Parameter parameter) {
    Entry entry = entry(parameter.name());
    List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
    if (!entry.shape().equals(shape)) {
      throw wrong(file, parameter.name() + ".shape", shape.toString(), entry.shape().toString());
    }
    if (!Set.of("F32", "F16", "BF16").contains(entry.type())) {
      throw wrong(file, parameter.name() + ".dtype", "F32, F16 or BF16", entry.type());
    }
    if (entry.end() - entry.begin() > Integer.MAX_VALUE - 8) {
      throw wrong(file, parameter.name(), "less than 2 GiB", "more");
    }
  }

  private static void copy(ByteBuffer from, String type, float[] to, int at) {
    if (type.equals("F32")) {
      from.asFloatBuffer().get(to, at, from.remaining() / 4);
      return;
    }
    boolean brain = type.equals("BF16");
    for (int i = at; from.hasRemaining(); i++) {
      int bits = from.getShort() & 0xFFFF;
      to[i] = brain ? Float.intBitsToFloat(bits << 16) : half(bits);
    }
  }

  private static float half(int bits) {
    int exponent = bits >> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    float value;
    if (exponent == 0) {
      value = fraction * 0x1p-24f;
    } else if (exponent == 31) {
      value = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else {
      value = Float.intBitsToFloat(((exponent + 112) << 23) | (fraction << 13));
    }
    return (bits & 0x8000) == 0 ? value : -value;
  }

  /**
   * Writes the arrays of a table as F32.
   *
   * @param file is written over
   * @param metadata free text by name
   * @param table in the order of the file
   * @param flat holds every array at its offset
   * @throws RsiException if the file cannot be written
   */
  public static void write(
      Path file, Map<String, String> metadata, List<Parameter> table, float[] flat) {
    Map<String, Object> header = Json.object();
    if (!metadata.isEmpty()) {
      header.put(METADATA, new TreeMap<>(metadata));
    }
    long at = 0;
    for (Parameter parameter : table) {
      if (header.containsKey(parameter.name())) {
        throw new IllegalArgumentException("Array (" + parameter.name() + ") appears twice.");
      }
      Map<String, Object> node = Json.object();
      node.put("dtype", "F32");
      node.put("shape", parameter.shape());
      long end = at + 4L * parameter.size();
      node.put("data_offsets", List.of(at, end));
      header.put(parameter.name(), node);
      at = end;
    }
    String text = Json.line(header);
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    // Data that begins at a multiple of 8 can be mapped into memory as it is.
    byte[] padded = (text + " ".repeat(-bytes & 7)).getBytes(StandardCharsets.UTF_8);
    if (padded.length > MAX_HEADER) {
      throw new IllegalArgumentException("The header would have " + padded.length + " bytes.");
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] length = new byte[8];
      little(length).putLong(padded.length);
      out.write(length);
      out.write(padded);
      for (Parameter parameter : table) {
        byte[] data = new byte[Math.multiplyExact(4, parameter.size())];
        little(data).asFloatBuffer().put(flat, parameter.offset(), parameter.size());
        out.write(data);
      }
    } catch (IOException e) {
      throw new RsiException("Cannot write (" + file + "): " + e, e);
    }
  }

  private static ByteBuffer bytes(RandomAccessFile file, long at, int size) throws IOException {
    byte[] bytes = new byte[size];
    file.seek(at);
    file.readFully(bytes);
    return little(bytes);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static CorruptModelException wrong(
      Path file, String field, String expected, String found) {
    return new CorruptModelException(file, field, expected, found);
  }
}
