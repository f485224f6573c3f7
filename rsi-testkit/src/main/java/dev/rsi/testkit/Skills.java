package dev.rsi.testkit;

import dev.rsi.api.CorruptModelException;
import dev.rsi.api.RsiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** A simulated learner's whole model: the probability to solve a task, per level. Immutable. */
final class Skills {
  private static final String FILE = "simulated-learner.txt";
  private static final String HEAD = "simulated-learner 1";
  private static final String END = "end";

  private final double[] byLevel;

  Skills(double[] byLevel) {
    this.byLevel = byLevel.clone();
  }

  int levels() {
    return byLevel.length;
  }

  /** The probability to solve a task of a level, from 1. */
  double at(int level) {
    return byLevel[level - 1];
  }

  List<Double> toList() {
    return DoubleStream.of(byLevel).boxed().toList();
  }

  double mean() {
    return DoubleStream.of(byLevel).average().orElse(0);
  }

  /** Tells models apart that have different skills. */
  long fingerprint() {
    return Arrays.hashCode(byLevel) * 0x9E3779B97F4A7C15L;
  }

  /** One head line, the number of levels, a line per level, and an end that a cut file lacks. */
  void write(Path directory) {
    StringBuilder text = new StringBuilder(HEAD + "\n" + byLevel.length + "\n");
    for (double skill : byLevel) {
      text.append(skill).append('\n');
    }
    text.append(END).append('\n');
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve(FILE), text);
    } catch (IOException e) {
      throw new RsiException("The skills could not be written to (" + directory + ").", e);
    }
  }

  static Skills read(Path directory) {
    Path file = directory.resolve(FILE);
    List<String> lines;
    try {
      // Bytes that are no UTF-8 become signs that fit no field, and so are found below.
      lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    } catch (NoSuchFileException e) {
      throw new CorruptModelException(file, "file", "a file", "none", e);
    } catch (IOException e) {
      throw new RsiException("The skills could not be read from (" + file + ").", e);
    }
    expect(file, lines, 0, "head", HEAD);
    int levels = (int) number(file, lines, 1, "levels", 100_000);
    double[] skills = new double[levels];
    for (int i = 0; i < levels; i++) {
      skills[i] = number(file, lines, 2 + i, "level " + (i + 1), 1);
    }
    expect(file, lines, 2 + levels, "end", END);
    return new Skills(skills);
  }

  private static void expect(Path file, List<String> lines, int line, String field, String text) {
    if (!at(lines, line).equals(text)) {
      throw corrupt(file, field, "\"" + text + "\"", lines, line);
    }
  }

  private static double number(Path file, List<String> lines, int line, String field, int max) {
    try {
      double value = Double.parseDouble(at(lines, line));
      if (value >= 0 && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, like a number out of range.
    }
    throw corrupt(file, field, "a number in [0, " + max + "]", lines, line);
  }

  private static String at(List<String> lines, int line) {
    return line < lines.size() ? lines.get(line) : "";
  }

  private static CorruptModelException corrupt(
      Path file, String field, String expected, List<String> lines, int line) {
    String found =
        line < lines.size() ? "\"" + Checks.shortened(lines.get(line)) + "\"" : "the file's end";
    return new CorruptModelException(file, field, expected, found);
  }
}
