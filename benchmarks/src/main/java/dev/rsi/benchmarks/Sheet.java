package dev.rsi.benchmarks;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where tables print what they measured beside what was promised, and keep it: each table writes
 * {@code TABLE.csv} with a row per number, and whatever {@link #rows} it asked for.
 */
final class Sheet {

  /** One number measured; a target that is empty promises nothing. */
  record Line(String table, String what, String target, double measured, boolean met) {}

  private final PrintStream out;
  private final double scale;
  private final Path directory;
  private final List<Line> lines = new ArrayList<>();
  private final Map<String, Rows> files = new LinkedHashMap<>();
  private Rows cells = new Rows();
  private String table = "";

  /**
   * A sheet.
   *
   * @param scale how large a part of each simulation is run, 1 for all of it
   * @param directory for the CSV files; made if it is not there
   */
  Sheet(PrintStream out, double scale, Path directory) {
    this.out = out;
    this.scale = scale;
    this.directory = directory;
  }

  List<Line> lines() {
    return List.copyOf(lines);
  }

  void begin(String name) {
    table = name;
    files.clear();
    cells = new Rows("measured", "target", "met", "what");
    files.put(name, cells);
    out.println("\n== " + name);
  }

  /** Writes the files of the table that was begun. */
  void end() {
    files.forEach((name, rows) -> rows.write(directory.resolve(name + ".csv")));
  }

  /** A file {@code TABLE-NAME.csv} of this table's own. */
  Rows rows(String name, String... header) {
    Rows rows = new Rows(header);
    files.put(table + "-" + name, rows);
    return rows;
  }

  /** A file of points {@code x, y, series}, which {@link GatePlots} draws. */
  Rows curve(String name) {
    return rows(name, "x", "y", "series");
  }

  /** So many runs of a simulation of {@code full} runs. */
  int runs(int full) {
    return (int) Math.max(10, Math.round(full * scale));
  }

  void atMost(String what, double measured, double target) {
    report(what, measured, String.format(Locale.ROOT, "<= %.4g", target), measured <= target);
  }

  void atLeast(String what, double measured, double target) {
    report(what, measured, String.format(Locale.ROOT, ">= %.4g", target), measured >= target);
  }

  void note(String what, double measured) {
    report(what, measured, "", true);
  }

  private void report(String what, double measured, String target, boolean met) {
    lines.add(new Line(table, what, target, measured, met));
    cells.add(measured, target, target.isEmpty() ? "" : met ? "yes" : "no", what.trim());
    String number = String.format(Locale.ROOT, "%.4f", measured).replaceAll("\\.?0+$", "");
    out.printf(Locale.ROOT, "%-72s %10s   %-10s %s%n", what, number, target, met ? "" : "MISSED");
  }
}
