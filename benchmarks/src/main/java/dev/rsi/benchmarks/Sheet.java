package dev.rsi.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where tables print what they measured beside what was promised. */
final class Sheet {

  /** One number measured; a target that is empty promises nothing. */
  record Line(String table, String what, String target, double measured, boolean met) {}

  private final PrintStream out;
  private final double scale;
  private final List<Line> lines = new ArrayList<>();
  private String table = "";

  /**
   * A sheet.
   *
   * @param scale how large a part of each simulation is run, 1 for all of it
   */
  Sheet(PrintStream out, double scale) {
    this.out = out;
    this.scale = scale;
  }

  List<Line> lines() {
    return List.copyOf(lines);
  }

  void begin(String name) {
    table = name;
    out.println("\n== " + name);
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
    String number = String.format(Locale.ROOT, "%.4f", measured).replaceAll("\\.?0+$", "");
    out.printf(Locale.ROOT, "%-72s %10s   %-10s %s%n", what, number, target, met ? "" : "MISSED");
  }
}
