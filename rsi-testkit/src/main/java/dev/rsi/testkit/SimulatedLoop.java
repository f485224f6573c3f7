package dev.rsi.testkit;

import dev.rsi.api.Critic;
import dev.rsi.api.DriftGate;
import dev.rsi.api.Generator;
import dev.rsi.api.Recipe;
import dev.rsi.api.Rubric;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Trainer;
import dev.rsi.api.Verifier;
import dev.rsi.core.Budget;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.probe.ProbeBank;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The loop that a world simulates: parts that do not break by themselves, and settings that are the
 * same whoever drives it.
 */
interface SimulatedLoop<T, C> {

  /** The same loop as another process builds it: it has parts of its own. */
  SimulatedLoop<T, C> inAnotherProcess();

  Generator<T, C> generator();

  Verifier<T, C> verifier();

  @Nullable Critic<T, C> critic();

  /** What the critic judges by. */
  Rubric rubric();

  Trainer<T, C> trainer();

  /** How the trainer trains. */
  Recipe recipe();

  DriftGate gate();

  TaskSource<T> tasks();

  ProbeBank<T, C> probes();

  @Nullable ProbeBank<T, C> exam();

  Budget budget();

  /** Everything else that decides what a run does. */
  void settings(ImprovementLoop.Builder<T, C> builder);

  /** Writes the model that a run begins with. */
  Path writeStart(Path directory);

  /** Writes a model that is none of the run's. */
  Path writeOther(Path directory, SplittableRandom chance);

  /** A number that stands for a task: the same for equal ones. */
  long mark(T task);

  /** A number that stands for an answer to a task. */
  long mark(T task, C candidate);

  /** A task and an answer to it, in words that are the same for equal ones. */
  String words(T task, C candidate);
}
