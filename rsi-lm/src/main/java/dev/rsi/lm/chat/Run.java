package dev.rsi.lm.chat;

import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * One rendering: what it has used of its bounds, and where it is. The bounds hold against templates
 * that come with a model from strangers; hundreds of times what a published template needs.
 */
final class Run {
  /** Evaluated operators and names. */
  static final long MOST_STEPS = 20_000_000;

  /** Turns of loops, all together. */
  static final int MOST_TURNS = 1_000_000;

  /** Characters of the text. */
  static final int MOST_OUTPUT = 16 << 20;

  /** Nested operators of the macros that call each other. */
  static final int MOST_DEPTH = 2_500;

  /** What a new object costs, as so many characters: a short string has some fifty bytes. */
  static final int OBJECT = 16;

  /** Characters and elements that are made or looked through, beside those of the input. */
  private static final long MOST_WORK = 16L << 20;

  private static final long MOST_WORK_PER_INPUT = 256;

  final @Nullable Clock clock;
  int line = 1;
  private long steps;
  private int turns;
  private int depth;
  private long work;
  private final long mostWork;

  Run(long input, @Nullable Clock clock) {
    this.clock = clock;
    this.mostWork = MOST_WORK + MOST_WORK_PER_INPUT * input;
  }

  void at(int tagsLine, int nodes) {
    line = tagsLine;
    steps += nodes;
    if (steps > MOST_STEPS) {
      throw beyond("steps", MOST_STEPS);
    }
  }

  void turn() {
    work(4 * OBJECT);
    if (++turns > MOST_TURNS) {
      throw beyond("turns of loops", MOST_TURNS);
    }
  }

  void enter(int levels) {
    depth += levels;
    if (depth > MOST_DEPTH) {
      throw beyond("levels of nesting", MOST_DEPTH);
    }
  }

  void leave(int levels) {
    depth -= levels;
  }

  /** Counts characters or elements before they are made or looked through. */
  void work(long size) {
    work += size;
    if (work > mostWork) {
      throw beyond("characters and elements", mostWork);
    }
  }

  void write(StringBuilder out, String text) {
    if ((long) out.length() + text.length() > MOST_OUTPUT) {
      throw beyond("characters of text", MOST_OUTPUT);
    }
    work(text.length());
    out.append(text);
  }

  private static Fault beyond(String what, long most) {
    return new Fault(
        "more than the " + most + " " + what + " that a rendering may take",
        "a loop or a macro of the template has no end, or the messages are very long",
        false);
  }
}
