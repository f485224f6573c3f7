package dev.rsi.examples.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Named pieces of code, in sources and in documents.
 *
 * <p>In a Java source a piece stands between the lines {@code // #region name} and {@code //
 * #endregion}; pieces may be nested. In a document it is the fenced block of Java that follows the
 * line {@code <!-- region: name -->}.
 */
final class Regions {

  private static final Pattern BEGIN = Pattern.compile("\\s*// #region (\\S+)\\s*");
  private static final Pattern END = Pattern.compile("\\s*// #endregion\\b.*");
  private static final Pattern MARK = Pattern.compile("\\s*<!-- region: (\\S+) -->\\s*");
  private static final Pattern FENCE = Pattern.compile("\\s*(`{3,}|~{3,})\\s*(\\S*).*");

  private Regions() {}

  /**
   * The pieces of all Java sources below a directory.
   *
   * @throws IllegalStateException if a piece is not closed or two have one name, naming the file
   */
  static Map<String, String> ofSources(Path directory) throws IOException {
    Map<String, String> regions = new LinkedHashMap<>();
    List<Path> files;
    try (Stream<Path> tree = Files.walk(directory)) {
      files = tree.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
    for (Path file : files) {
      ofSource(file, regions);
    }
    return regions;
  }

  private static void ofSource(Path file, Map<String, String> regions) throws IOException {
    Deque<String> open = new ArrayDeque<>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      Matcher begin = BEGIN.matcher(line);
      if (begin.matches()) {
        String name = begin.group(1);
        if (regions.put(name, "") != null) {
          throw new IllegalStateException("Region (" + name + ") again at " + file + ":" + number);
        }
        open.push(name);
      } else if (END.matcher(line).matches()) {
        if (open.isEmpty()) {
          throw new IllegalStateException("No region to end at " + file + ":" + number);
        }
        open.pop();
      } else {
        open.forEach(name -> regions.merge(name, line + "\n", String::concat));
      }
    }
    if (!open.isEmpty()) {
      throw new IllegalStateException("Region (" + open.peek() + ") has no end in " + file);
    }
  }

  /**
   * A fenced block of Java in a document.
   *
   * @param line where it begins, from 1
   * @param region the name it is marked with, empty if it is not marked
   * @param code what it shows
   */
  record Shown(int line, String region, String code) {}

  /**
   * The fenced blocks of Java in a document.
   *
   * @throws IllegalStateException if a mark has no block of Java after it, or a block has no end
   */
  static List<Shown> ofDocument(Path file) throws IOException {
    List<Shown> blocks = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    String region = "";
    for (int i = 0; i < lines.size(); i++) {
      Matcher mark = MARK.matcher(lines.get(i));
      Matcher fence = FENCE.matcher(lines.get(i));
      if (mark.matches()) {
        if (!region.isEmpty()) {
          throw new IllegalStateException("Nothing shown for (" + region + ") in " + file);
        }
        region = mark.group(1);
      } else if (fence.matches()) {
        int begin = i;
        StringBuilder code = new StringBuilder();
        for (i++; i < lines.size() && !lines.get(i).strip().equals(fence.group(1)); i++) {
          code.append(lines.get(i)).append('\n');
        }
        if (i == lines.size()) {
          throw new IllegalStateException("Block without end at " + file + ":" + (begin + 1));
        }
        if (fence.group(2).equals("java")) {
          blocks.add(new Shown(begin + 1, region, code.toString()));
          region = "";
        }
      }
      if (!region.isEmpty() && !mark.matches() && !lines.get(i).isBlank()) {
        throw new IllegalStateException("No Java right after mark (" + region + ") in " + file);
      }
    }
    if (!region.isEmpty()) {
      throw new IllegalStateException("Nothing shown for (" + region + ") in " + file);
    }
    return blocks;
  }

  /** The code without what does not matter: indents, line breaks, blanks beside signs. */
  static String normalised(String code) {
    return code.replaceAll("\\s+", " ").replaceAll(" ?([^\\w\\s]) ?", "$1").strip();
  }
}
