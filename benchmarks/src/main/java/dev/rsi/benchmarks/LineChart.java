package dev.rsi.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * A line chart as SVG. Text stays text, nothing depends on the fonts of the machine, and the same
 * points give the same bytes everywhere, so a test can compare a plot with its data. A chart
 * library would be less code, but XChart 4.0.3 draws the outlines of whatever fonts it finds: 100
 * KB a plot, other bytes on another machine, and none on a machine without fonts.
 *
 * <p>Mutable, for one thread.
 */
final class LineChart {
  private static final int WIDTH = 820;
  private static final int HEIGHT = 380;
  private static final int LEFT = 64;
  private static final int TOP = 40;
  private static final int RIGHT = 470;
  private static final int BOTTOM = 328;

  /** Colours that the colour-blind can tell apart: Okabe and Ito, 2008. */
  private static final List<String> COLOURS =
      List.of(
          "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999");

  /** A series whose name ends so is drawn dashed, in the colour of the one before it. */
  static final String BOUND = ": lower bound";

  private record Point(double x, double y) {}

  private final String title;
  private final String xTitle;
  private final String yTitle;
  private final Map<String, List<Point>> series = new LinkedHashMap<>();
  private double[] xTicks = {0, 1};
  private double[] yTicks = {0, 1};
  private DoubleUnaryOperator stretch = x -> x;
  private boolean steps;
  private String promise = "";
  private double promised;

  LineChart(String title, String xTitle, String yTitle) {
    this.title = title;
    this.xTitle = xTitle;
    this.yTitle = yTitle;
  }

  /** Where the axes have lines and numbers; they reach from the first to the last. */
  LineChart ticks(double[] x, double[] y) {
    xTicks = x.clone();
    yTicks = y.clone();
    return this;
  }

  /** Gives small x more room: the axis runs by log(1 + x). */
  LineChart stretched() {
    stretch = Math::log1p;
    return this;
  }

  /** Draws steps: a value holds until the next point. */
  LineChart steps() {
    steps = true;
    return this;
  }

  /** Draws a dashed line at a value that was promised. */
  LineChart promise(String words, double y) {
    promise = words;
    promised = y;
    return this;
  }

  void add(String name, double x, double y) {
    series.computeIfAbsent(name, n -> new ArrayList<>()).add(new Point(x, y));
  }

  /** The chart as an SVG file. */
  String svg() {
    StringBuilder out = new StringBuilder();
    line(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
            + " height=\"%d\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">",
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT);
    line(out, "<title>%s</title>", escape(title));
    line(out, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT);
    text(out, LEFT, 22, "start", "font-size=\"14\" font-weight=\"bold\"", title);
    axes(out);
    int row = 0;
    int colours = 0;
    String colour = "";
    for (Map.Entry<String, List<Point>> entry : series.entrySet()) {
      boolean bound = entry.getKey().endsWith(BOUND);
      colour = bound ? colour : COLOURS.get(colours++ % COLOURS.size());
      String dash = bound ? " stroke-dasharray=\"6 3\"" : "";
      line(
          out,
          "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>",
          path(entry.getValue()),
          colour,
          dash);
      if (!steps && !bound && entry.getValue().size() <= 12) {
        for (Point p : entry.getValue()) {
          line(
              out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", x(p.x), y(p.y), colour);
        }
      }
      legend(out, row++, colour, dash, entry.getKey());
    }
    if (!promise.isEmpty()) {
      String dash = " stroke-dasharray=\"2 3\"";
      line(out, "<path d=\"M%d %.1fH%d\" stroke=\"#333333\"%s/>", LEFT, y(promised), RIGHT, dash);
      legend(out, row, "#333333", dash, promise);
    }
    out.append("</svg>\n");
    return out.toString();
  }

  private void axes(StringBuilder out) {
    for (double tick : xTicks) {
      line(out, "<path d=\"M%.1f %dV%d\" stroke=\"#dddddd\"/>", x(tick), TOP, BOTTOM);
      text(out, x(tick), BOTTOM + 17, "middle", "", number(tick));
    }
    for (double tick : yTicks) {
      line(out, "<path d=\"M%d %.1fH%d\" stroke=\"#dddddd\"/>", LEFT, y(tick), RIGHT);
      text(out, LEFT - 7, y(tick) + 4, "end", "", number(tick));
    }
    text(out, (LEFT + RIGHT) / 2.0, BOTTOM + 40, "middle", "", xTitle);
    double middle = (TOP + BOTTOM) / 2.0;
    text(
        out,
        18,
        middle,
        "middle",
        String.format(Locale.ROOT, "transform=\"rotate(-90 18 %.1f)\"", middle),
        yTitle);
  }

  private static void legend(StringBuilder out, int row, String colour, String dash, String words) {
    int y = TOP + 10 + 22 * row;
    line(
        out,
        "<path d=\"M%d %dH%d\" stroke=\"%s\" stroke-width=\"2\"%s/>",
        RIGHT + 12,
        y,
        RIGHT + 34,
        colour,
        dash);
    text(out, RIGHT + 40, y + 4, "start", "", words);
  }

  private String path(List<Point> points) {
    StringBuilder path = new StringBuilder();
    for (Point p : points) {
      if (path.length() == 0) {
        path.append(String.format(Locale.ROOT, "M%.1f %.1f", x(p.x), y(p.y)));
      } else if (steps) {
        path.append(String.format(Locale.ROOT, "H%.1fV%.1f", x(p.x), y(p.y)));
      } else {
        path.append(String.format(Locale.ROOT, "L%.1f %.1f", x(p.x), y(p.y)));
      }
    }
    return path.toString();
  }

  private double x(double value) {
    double from = stretch.applyAsDouble(xTicks[0]);
    double to = stretch.applyAsDouble(xTicks[xTicks.length - 1]);
    return LEFT + (stretch.applyAsDouble(value) - from) / (to - from) * (RIGHT - LEFT);
  }

  /** What lies above the last tick is drawn on it. */
  private double y(double value) {
    double from = yTicks[0];
    double to = yTicks[yTicks.length - 1];
    return BOTTOM - (Math.min(value, to) - from) / (to - from) * (BOTTOM - TOP);
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,d", (long) value)
        : String.format(Locale.ROOT, "%.1f", value);
  }

  private static void text(
      StringBuilder out, double x, double y, String anchor, String more, String words) {
    line(
        out,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>",
        x,
        y,
        anchor,
        more.isEmpty() ? "" : " " + more,
        escape(words));
  }

  private static void line(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escape(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
