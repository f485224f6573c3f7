package dev.rsi.examples.addition;

import dev.rsi.core.report.GenerationReport;
import java.io.Console;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes a run to a terminal: with a moving line of progress, or in plain lines where there is
 * none.
 */
public final class Screen {
  /** The lengths that the table shows; the report has them all. */
  static final List<Integer> LENGTHS = List.of(5, 8, 11, 14, 17, 20);

  private static final int WIDTH = 100;
  private static final long REDRAW_NANOS = 100_000_000;

  private final PrintStream out;
  private final boolean terminal;
  private String step = "";
  private long drawn;
  private boolean dirty;

  /**
   * @param out where to
   * @param terminal whether a line there can be overwritten
   */
  public Screen(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** The screen of this process: a terminal if a person sees both ends of it. */
  static Screen ofProcess() {
    return new Screen(
        System.out, Optional.ofNullable(System.console()).filter(Screen::isTerminal).isPresent());
  }

  /** From JDK 22 on there is a console even where there is no terminal, and it can be asked. */
  private static boolean isTerminal(Console console) {
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /** Text of any length, in lines that begin with an indent. */
  void text(String indent, String text) {
    StringBuilder line = new StringBuilder(indent);
    for (String word : text.strip().split("\\s+", -1)) {
      if (line.length() > indent.length()) {
        if (line.length() + 1 + word.length() > WIDTH) {
          line(line.toString());
          line.setLength(0);
          line.append(indent);
        } else {
          line.append(' ');
        }
      }
      line.append(word);
    }
    line(line.toString());
  }

  void line(String text) {
    clear();
    out.println(text);
  }

  void header() {
    StringBuilder text = new StringBuilder("gen  outcome      up to  kept/made  right ");
    for (int length : LENGTHS) {
      text.append(String.format(Locale.ROOT, "%5d", length));
    }
    line(text + "    s");
  }

  void generation(GenerationReport report, double precision, double seconds) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%3d  %-11s  %5s  %9s  %5s ",
            report.generation(),
            report.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            report.generation() == 0 ? "" : report.frontier(),
            report.generation() == 0 ? "" : report.kept() + "/" + report.made(),
            Double.isNaN(precision) ? "" : share(precision)));
    for (int length : LENGTHS) {
      Double right = report.exam().get(Additions.kind(length));
      text.append(String.format(Locale.ROOT, "%5s", right == null ? "" : share(right)));
    }
    text.append(String.format(Locale.ROOT, "%5.1f", seconds));
    line(text.toString());
    if (report.decision() != null) {
      text("     ", report.decision().reason());
    }
  }

  void progress(String what, long done, long total) {
    if (terminal) {
      long now = System.nanoTime();
      if (now - drawn > REDRAW_NANOS || done == total) {
        drawn = now;
        clear();
        out.print(what + " " + done + "/" + total);
        out.flush();
        dirty = true;
      }
    } else {
      // One line for all levels.
      String kind = what.replaceFirst(" level \\d+$", "");
      if (!kind.equals(step)) {
        out.println("     " + kind + " ...");
      }
      step = kind;
    }
  }

  private void clear() {
    if (dirty) {
      out.print("\r\u001b[K");
      dirty = false;
    }
  }

  private static String share(double value) {
    return value == 1 ? "1.00" : String.format(Locale.ROOT, "%.2f", Math.floor(value * 100) / 100);
  }
}
