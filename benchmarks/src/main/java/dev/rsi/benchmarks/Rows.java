package dev.rsi.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The rows of one CSV file, in the order in which they were measured. */
final class Rows {
  private final List<String> lines = new ArrayList<>();

  Rows(String... header) {
    lines.add(String.join(",", header));
  }

  /** Adds a row of numbers and words; numbers keep six digits. */
  void add(Object... cells) {
    List<String> texts = new ArrayList<>();
    for (Object cell : cells) {
      texts.add(cell instanceof Number n ? number(n.doubleValue()) : word(String.valueOf(cell)));
    }
    lines.add(String.join(",", texts));
  }

  /**
   * Adds a curve {@code x, y, series}: the share of runs to which something has happened by each
   * generation. Only the generations at which it changes get a row.
   *
   * @param firsts to how many runs it happened first in generation 1, 2, 3 and so on; index 0 is
   *     not used
   */
  void addShares(String series, int[] firsts, int runs) {
    int happened = 0;
    for (int g = 1; g < firsts.length; g++) {
      happened += firsts[g];
      if (g == 1 || firsts[g] > 0 || g == firsts.length - 1) {
        add(g, (double) happened / runs, series);
      }
    }
  }

  private static String number(double value) {
    return BigDecimal.valueOf(value).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }

  private static String word(String text) {
    return text.contains(",") || text.contains("\"")
        ? '"' + text.replace("\"", "\"\"") + '"'
        : text;
  }

  void write(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
