package dev.rsi.core.internal.probe;

import dev.rsi.core.probe.ProbeFamily;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the loop and the gates know of a family beside what its user does: {@link Answered} where a
 * version attempts the tasks, {@link Scored} where it scores options of them.
 */
public abstract sealed class Family<T, C> implements ProbeFamily<T, C> permits Answered, Scored {
  private final String name;
  private final List<T> tasks;
  private final @Nullable Margins margins;

  Family(String name, List<? extends T> tasks, @Nullable Margins margins) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("A probe kind's name must not be blank.");
    }
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("Probe kind (" + name + ") has no tasks.");
    }
    this.name = name;
    this.tasks = List.copyOf(tasks);
    this.margins = margins;
  }

  /** The family itself: there are no others. */
  public static <T, C> Family<T, C> of(ProbeFamily<T, C> family) {
    return (Family<T, C>) family;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final List<T> tasks() {
    return tasks;
  }

  @Override
  public final Family<T, C> margins(double tolerated, double limit) {
    return with(tasks, new Margins(tolerated, limit));
  }

  /** What may be lost of it; null where the gate's own margins hold. */
  public final @Nullable Margins margins() {
    return margins;
  }

  /** The most attempts, or options scored, that it takes to read one probe of one version. */
  public abstract int attempts();

  /** The attempts, or options scored, that it takes to read a probe of one version. */
  public abstract int attempts(int probe);

  /** Whether the same version may read otherwise under another seed. */
  public abstract boolean variesBySeed();

  /** Whether any reading below 1 is ROLLBACK. */
  public abstract boolean isTripwire();

  /** Whether its readings lie between right and wrong, as those of a judge that measures do. */
  public abstract boolean isGraded();

  /** Whether tasks drawn afresh can take the place of these. */
  abstract boolean isRenewable();

  /** What it is, in a constant word or two: part of a bank's digest. */
  abstract String formName();

  /** The same reading on other tasks, within other margins. */
  abstract Family<T, C> with(List<T> otherTasks, @Nullable Margins otherMargins);
}
