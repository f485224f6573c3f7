package dev.rsi.core.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Data sets as people have them: split into what is practised, probed and examined, read from files
 * of JSON lines and written to them. Thread-safe. Field terms: train/validation/test split, JSONL.
 */
public final class Datasets {
  private Datasets() {}

  /**
   * Splits items by the SHA-256 of their text, near-duplicates kept together, as {@code
   * ProbeBank.nearness} has them by default. So the same items are split alike whatever their order
   * and wherever, and an item stays in its part when others are added or taken away: unless one of
   * them is near it, or near one it is together with. Then all that are together now are where the
   * one with the smallest hash is.
   *
   * <p>An item that stands there twice counts once. The parts have about the shares that were asked
   * for, as a coin would have it: of 150 items, four more or less of a third.
   *
   * @param items of any number; equal texts have equal items
   * @param text what an item is told from others by: the task's text, without an answer key
   * @throws IllegalArgumentException if a part that has a share is left empty, with the numbers; or
   *     two items that are not equal have one text, naming it
   */
  public static <T> Split<T> split(
      Collection<? extends T> items, Function<? super T, String> text, Shares shares) {
    return new Splitter<T>(text, shares).split(items);
  }

  /**
   * How items are split.
   *
   * @param practice share of what is practised, in [0, 1]
   * @param probes share of what the gate judges by, in [0, 1]
   * @param exam share of what only the report measures, in [0, 1]; the three sum up to 1
   * @param name another name, another split: it is hashed with every text
   * @param nearness share of runs of three words that makes two texts near, in (0, 1]; as in {@code
   *     ProbeBank.nearness}
   */
  public record Shares(double practice, double probes, double exam, String name, double nearness) {
    private static final double ROUNDING = 1e-9;
    private static final double NEARNESS = 0.8;

    public Shares {
      Objects.requireNonNull(name, "name");
      double sum = practice + probes + exam;
      if (!(practice >= 0 && probes >= 0 && exam >= 0 && Math.abs(sum - 1) <= ROUNDING)) {
        throw new IllegalArgumentException(
            "Shares of practice ("
                + practice
                + "), probes ("
                + probes
                + ") and exam ("
                + exam
                + ") must be >= 0 and sum up to 1.\nMaybe they were meant per cent.");
      }
      if (!(nearness > 0 && nearness <= 1)) {
        throw new IllegalArgumentException("nearness (" + nearness + ") must be in (0, 1].");
      }
    }

    /** Shares of a split without a name, with the nearness that banks of probes have. */
    public static Shares of(double practice, double probes, double exam) {
      return new Shares(practice, probes, exam, "", NEARNESS);
    }

    /** Shares of a split that is another one than without this name. */
    public Shares named(String newName) {
      return new Shares(practice, probes, exam, newName, nearness);
    }

    /** With another nearness: 1 where texts share a long template, and differ in a word or two. */
    public Shares nearness(double share) {
      return new Shares(practice, probes, exam, name, share);
    }
  }

  /**
   * Items in three parts, none of them near one of another part. Within a part they are in the
   * order of their hashes.
   *
   * @param practice what is practised
   * @param probes what the gate judges by
   * @param exam what only the report measures
   * @param together items that were kept together, as they are near each other: those of two or
   *     more
   * @param repeated how many items stood there already, and were left out
   */
  public record Split<T>(
      List<T> practice, List<T> probes, List<T> exam, List<List<T>> together, int repeated) {
    public Split {
      practice = List.copyOf(practice);
      probes = List.copyOf(probes);
      exam = List.copyOf(exam);
      together = together.stream().map(List::copyOf).toList();
    }

    /** The numbers in a line. */
    public String summary() {
      int near = together.stream().mapToInt(List::size).sum();
      return practice.size()
          + " practice, "
          + probes.size()
          + " probes, "
          + exam.size()
          + " exam"
          + (near == 0 ? "" : "; " + near + " near others, kept together as " + together.size())
          + (repeated == 0 ? "" : "; " + repeated + " repeated, left out");
    }
  }

  /**
   * Reads a file of JSON lines: an object a line, in UTF-8. It is read as a stream; a line has
   * 16,777,216 bytes at most. Empty lines are passed over, and so is a byte order mark at the
   * beginning; lines may end as Windows has it. Fields that the reader does not ask for are left
   * alone.
   *
   * @param reader makes an item of a line; what it throws is told with the file and the line
   * @throws IllegalArgumentException if a line is no object, is not UTF-8, has a field twice, or
   *     the reader takes it for none, with file and line
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static <T> List<T> readJsonl(Path file, Function<? super Line, ? extends T> reader) {
    List<T> items = new ArrayList<>();
    JsonLines.read(file, line -> items.add(Objects.requireNonNull(reader.apply(line), "item")));
    return items;
  }

  /**
   * Writes a file of JSON lines, or replaces it: whoever reads it finds the old content or the new.
   *
   * @param fields what a line has, by name: texts, numbers, booleans, null, and lists and maps of
   *     them
   * @throws IllegalArgumentException if an item has what JSON cannot hold, with its place
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public static <T> void writeJsonl(
      Path file,
      Iterable<? extends T> items,
      Function<? super T, ? extends Map<String, ?>> fields) {
    JsonLines.write(file, items, fields);
  }

  /**
   * A line of a file, as a map with types. What is asked for and is not there is an {@link
   * IllegalArgumentException} that names file, line and field.
   */
  public static final class Line {
    private final String place;
    private final int number;
    private final Map<String, @Nullable Object> fields;

    Line(String place, int number, Map<String, @Nullable Object> fields) {
      this.place = place;
      this.number = number;
      this.fields = fields;
    }

    /** Its number in the file, from 1. */
    public int number() {
      return number;
    }

    /**
     * All fields in order: texts, {@link Boolean}, {@link Long}, {@link java.math.BigInteger} where
     * that is too small, {@link java.math.BigDecimal} for numbers with a point or an exponent,
     * null, lists and maps.
     */
    public Map<String, @Nullable Object> fields() {
      return fields;
    }

    /** Whether there is a field of this name that is not null. */
    public boolean has(String name) {
      return fields.get(name) != null;
    }

    /** A field that is text. */
    public String text(String name) {
      return as(name, String.class, "text");
    }

    /** A field that is a list of texts. */
    public List<String> texts(String name) {
      List<String> texts = new ArrayList<>();
      for (Object each : as(name, List.class, "a list of texts")) {
        if (!(each instanceof String text)) {
          throw wrong(name, each, "a list of texts");
        }
        texts.add(text);
      }
      return List.copyOf(texts);
    }

    /** A field that is a whole number in the range of long. */
    public long integer(String name) {
      return as(name, Long.class, "a whole number");
    }

    /** A field that is a number; the nearest double to it, which is finite. */
    public double number(String name) {
      double number = as(name, Number.class, "a number").doubleValue();
      if (!Double.isFinite(number)) {
        throw wrong(name, fields.get(name), "a number in the range of double");
      }
      return number;
    }

    /** A field that is true or false. */
    public boolean flag(String name) {
      return as(name, Boolean.class, "true or false");
    }

    private <V> V as(String name, Class<V> type, String what) {
      Object value = fields.get(name);
      if (value == null) {
        throw new IllegalArgumentException(
            place
                + " has no field ("
                + name
                + ").\nMaybe it is one of those that it has: "
                + fields.keySet()
                + ".");
      }
      if (!type.isInstance(value)) {
        throw wrong(name, value, what);
      }
      return type.cast(value);
    }

    private IllegalArgumentException wrong(String name, @Nullable Object value, String what) {
      return new IllegalArgumentException(
          place + " has (" + value + ") as field (" + name + "), which should be " + what + ".");
    }

    @Override
    public String toString() {
      return place + " " + fields;
    }
  }
}
