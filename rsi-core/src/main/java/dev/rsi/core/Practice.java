package dev.rsi.core;

import com.google.common.math.LongMath;
import dev.rsi.api.TaskSource;
import dev.rsi.core.internal.practice.Supply;

/**
 * How the model practises in one generation.
 *
 * <p>First, if the live version is new, it <b>scouts</b>: from the hardest level mastered so far it
 * climbs, a few attempts per level, as long as the measured pass rate of the level below stays at
 * {@link #passRate} or more. The hardest level that still has that pass rate is the frontier: the
 * model can solve enough there to learn from. A level counts as mastered only if it was practised,
 * or lessons were given for it. Then it <b>practises</b> every level above the mastered ones up to
 * the frontier, at least one level and at most {@link #reach}.
 *
 * <p>Of a verifier that {@linkplain dev.rsi.api.Verifier#measures only measures}, the mean score of
 * decided attempts stands for the pass rate.
 *
 * <p>Where the run's {@link Budget} has no room left for a whole generation, one with fewer tasks
 * per level is fitted in, down to a quarter of {@link #tasks}, then one whose decision may take
 * fewer probes, down to what the gate needs ({@link dev.rsi.api.DriftGate#fewest}), then one that
 * does not scout and practises where the last one did; only then is the budget spent.
 *
 * <p>Immutable; the setters return changed copies.
 *
 * @param tasks practice tasks per level, 1 or more; default 512. Of a list a generation has no more
 *     than there are, scouts included: each task once at most
 * @param samples attempts per task, 1 or more; default 1. A vote needs several
 * @param scouts scout tasks per level, 1 or more; default 128: a pass rate is then known to about
 *     one part in eleven
 * @param passRate the measured pass rate that a level must have to be practised, in (0, 1]; default
 *     0.2: below that, most practice is wasted
 * @param mastery the measured pass rate from which a level counts as mastered, in (0, 1]; default
 *     0.95. Not below {@code passRate}
 * @param reach the most levels to practise in one generation, 1 or more; default 10
 * @param batch requests per call of the model, 1 or more; default 256. The samples of a task are
 *     never parted, so a call has at least {@code samples}
 * @param patience generations in a row without a promotion after which the run ends, 1 or more;
 *     default 3
 * @param memory the most lessons of earlier generations that are kept for later trainings, 0 or
 *     more, so that a run of any length keeps a bounded heap (field term: the size of the replay
 *     buffer); default 100,000: more than most trainings come to look at, and some 100 MB where
 *     task and answer have 200 characters together. Which ones stay is a uniform sample of all
 *     there were, drawn under the seed. What is dropped stands in the run's record as everything
 *     does, so that no fresh probe comes near it; met again, it is a lesson again. With 0 a
 *     training has this generation's lessons and those given
 * @param screening fresh tasks per level practised on which the proposals of a generation are
 *     tried, where the trainer makes several ({@link dev.rsi.api.Trainer#proposals}), 1 or more;
 *     default 128: of two that differ by a tenth, the better one is then taken 19 times of 20 also
 *     where they have nothing in common but the tasks, and the gate needs proof all the same
 */
public record Practice(
    int tasks,
    int samples,
    int scouts,
    double passRate,
    double mastery,
    int reach,
    int batch,
    int patience,
    int memory,
    int screening) {

  /** The defaults. */
  public static final Practice DEFAULT =
      new Practice(512, 1, 128, 0.2, 0.95, 10, 256, 3, 100_000, 128);

  public Practice {
    positive("tasks", tasks);
    positive("samples", samples);
    positive("scouts", scouts);
    positive("reach", reach);
    positive("batch", batch);
    positive("patience", patience);
    positive("screening", screening);
    if (memory < 0) {
      throw new IllegalArgumentException(
          "memory (" + memory + ") must be >= 0.\nMaybe leave it out: the default bounds it.");
    }
    if (!(passRate > 0 && passRate <= mastery && mastery <= 1)) {
      throw new IllegalArgumentException(
          "passRate ("
              + passRate
              + ") and mastery ("
              + mastery
              + ") must fit 0 < passRate <= mastery <= 1.");
    }
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " (" + value + ") must be >= 1.");
    }
  }

  /** With other tasks per level. */
  public Practice tasks(int tasksPerLevel) {
    return new Practice(
        tasksPerLevel,
        samples,
        scouts,
        passRate,
        mastery,
        reach,
        batch,
        patience,
        memory,
        screening);
  }

  /** With other attempts per task. */
  public Practice samples(int perTask) {
    return new Practice(
        tasks, perTask, scouts, passRate, mastery, reach, batch, patience, memory, screening);
  }

  /** With other scout tasks per level. */
  public Practice scouts(int perLevel) {
    return new Practice(
        tasks, samples, perLevel, passRate, mastery, reach, batch, patience, memory, screening);
  }

  /** With another pass rate that a level must have to be practised. */
  public Practice passRate(double rate) {
    return new Practice(
        tasks, samples, scouts, rate, mastery, reach, batch, patience, memory, screening);
  }

  /** With another pass rate from which a level counts as mastered. */
  public Practice mastery(double rate) {
    return new Practice(
        tasks, samples, scouts, passRate, rate, reach, batch, patience, memory, screening);
  }

  /** With another number of levels per generation. */
  public Practice reach(int levels) {
    return new Practice(
        tasks, samples, scouts, passRate, mastery, levels, batch, patience, memory, screening);
  }

  /** With another batch size. */
  public Practice batch(int requests) {
    return new Practice(
        tasks, samples, scouts, passRate, mastery, reach, requests, patience, memory, screening);
  }

  /** With other patience. */
  public Practice patience(int generations) {
    return new Practice(
        tasks, samples, scouts, passRate, mastery, reach, batch, generations, memory, screening);
  }

  /** With another number of earlier lessons that are kept. */
  public Practice memory(int lessons) {
    return new Practice(
        tasks, samples, scouts, passRate, mastery, reach, batch, patience, lessons, screening);
  }

  /** With another number of tasks per level to try proposals on. */
  public Practice screening(int perLevel) {
    return new Practice(
        tasks, samples, scouts, passRate, mastery, reach, batch, patience, memory, perLevel);
  }

  /** With no more tasks and scouts than the lists of a source have; as it is where one is drawn. */
  Practice within(TaskSource<?> source, int levels) {
    int most = Supply.most(source, levels);
    return tasks(Math.min(tasks, most)).scouts(Math.min(scouts, most));
  }

  /** What is recorded of it beside its memory, in the words of every record so far. */
  String words() {
    return "Practice[tasks="
        + tasks
        + ", samples="
        + samples
        + ", scouts="
        + scouts
        + ", passRate="
        + passRate
        + ", mastery="
        + mastery
        + ", reach="
        + reach
        + ", batch="
        + batch
        + ", patience="
        + patience
        + "]";
  }

  /**
   * The fewest tasks per level that a generation practises with where the budget has no room for
   * all: a quarter. This generation's lessons have half the weight of a training however few they
   * are, so none weighs more than four times what it would.
   */
  int fewestTasks() {
    return Math.max(1, tasks / 4);
  }

  /** The most attempts that one generation makes for lessons, with so many levels of tasks. */
  long worstCase(int levels) {
    return LongMath.saturatedAdd(scouting(levels), practising(levels));
  }

  /** The most of them that can be lessons: those on the levels practised. */
  long lessons(int levels) {
    return LongMath.saturatedAdd(scouting(Math.min(reach, levels)), practising(levels));
  }

  /** The most attempts that it takes to scout so many levels. */
  long scouting(long levels) {
    return LongMath.saturatedMultiply(levels, (long) samples * scouts);
  }

  /**
   * The most attempts that so many proposals are tried with, of so many levels: none where there is
   * no choice.
   */
  long screening(long levels, int proposals) {
    return proposals == 1
        ? 0
        : LongMath.saturatedMultiply(
            LongMath.saturatedMultiply(Math.min(reach, levels), proposals),
            (long) samples * screening);
  }

  /** The most attempts that one generation practises with, of so many levels. */
  long practising(int levels) {
    return LongMath.saturatedMultiply(Math.min(reach, levels), (long) samples * tasks);
  }
}
