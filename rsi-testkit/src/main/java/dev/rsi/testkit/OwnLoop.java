package dev.rsi.testkit;

import dev.rsi.api.Codec;
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
import dev.rsi.core.Plan;
import dev.rsi.core.probe.ProbeBank;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A loop of a user's own. */
final class OwnLoop<T, C> implements SimulatedLoop<T, C> {
  private final Supplier<ImprovementLoop<T, C>> loops;
  private final Plan<T, C> plan;
  private final Path start;
  private final TaskSource<T> tasks;
  private final Codec<T, C> codec;
  private final Budget budget;

  /**
   * A loop.
   *
   * @param loops builds it anew
   * @param start the files of the model that a run begins with
   */
  OwnLoop(Supplier<ImprovementLoop<T, C>> loops, Path start, TaskSource<T> tasks) {
    this.loops = loops;
    this.plan = loops.get().plan();
    this.start = start;
    this.tasks = tasks;
    this.codec = plan.generator().codec();
    Budget whole = plan.budget();
    Budget generations = Budget.of(whole.generations());
    this.budget =
        whole.attempts() == Long.MAX_VALUE ? generations : generations.attempts(whole.attempts());
  }

  @Override
  public SimulatedLoop<T, C> inAnotherProcess() {
    return new OwnLoop<>(loops, start, tasks);
  }

  @Override
  public Generator<T, C> generator() {
    return plan.generator();
  }

  // Whoever takes any task and candidate takes these.
  @SuppressWarnings("unchecked")
  @Override
  public Verifier<T, C> verifier() {
    return (Verifier<T, C>) plan.verifier();
  }

  @SuppressWarnings("unchecked")
  @Override
  public @Nullable Critic<T, C> critic() {
    return (Critic<T, C>) plan.critic();
  }

  @Override
  public Trainer<T, C> trainer() {
    return plan.trainer();
  }

  @Override
  public Rubric rubric() {
    return plan.rubric();
  }

  @Override
  public Recipe recipe() {
    return plan.recipe();
  }

  @Override
  public DriftGate gate() {
    return plan.gate();
  }

  @Override
  public TaskSource<T> tasks() {
    return tasks;
  }

  @Override
  public ProbeBank<T, C> probes() {
    return plan.probes();
  }

  @Override
  public @Nullable ProbeBank<T, C> exam() {
    return plan.exam();
  }

  @Override
  public Budget budget() {
    return budget;
  }

  @Override
  public void settings(ImprovementLoop.Builder<T, C> builder) {
    builder.practice(plan.practice()).lessons(plan.lessons());
  }

  @Override
  public Path writeStart(Path directory) {
    try (Stream<Path> files = Files.walk(start)) {
      for (Path file : files.toList()) {
        Path to = directory.resolve(start.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else if (!Files.exists(to)) {
          Files.copy(file, to);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directory;
  }

  /** Nobody opens it: a run is left while it is live. */
  @Override
  public Path writeOther(Path directory, SplittableRandom chance) {
    writeStart(directory);
    try {
      Files.writeString(directory.resolve("of-a-person.txt"), Long.toHexString(chance.nextLong()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directory;
  }

  @Override
  public long mark(T task) {
    return codec.writeTask(task).hashCode();
  }

  @Override
  public long mark(T task, C candidate) {
    return words(task, candidate).hashCode();
  }

  @Override
  public String words(T task, C candidate) {
    return codec.writeTask(task) + codec.writeCandidate(candidate);
  }
}
