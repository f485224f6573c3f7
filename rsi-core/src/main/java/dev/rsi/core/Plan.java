package dev.rsi.core;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.rsi.api.Codec;
import dev.rsi.api.Critic;
import dev.rsi.api.Described;
import dev.rsi.api.DriftGate;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.Lesson;
import dev.rsi.api.Recipe;
import dev.rsi.api.Rubric;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Trainer;
import dev.rsi.api.Verifier;
import dev.rsi.core.gate.AnchoredGate;
import dev.rsi.core.internal.practice.SameRulings;
import dev.rsi.core.internal.practice.Supply;
import dev.rsi.core.internal.probe.DefaultProbeBank;
import dev.rsi.core.internal.spending.WorstTraining;
import dev.rsi.core.internal.steps.Steps;
import dev.rsi.core.probe.ProbeBank;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.report.RunEvent;
import dev.rsi.core.store.RunStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every part and setting of a loop, as one value: what a loop runs by, what the record of a run
 * says that it was begun with, and what another loop is made from by changing a little. Field term:
 * run configuration.
 *
 * <p>Immutable, and thread-safe if the parts are. From {@link ImprovementLoop#plan}.
 *
 * @param <T> task
 * @param <C> candidate
 */
public final class Plan<T, C> {
  /**
   * Which steps a run takes and records, in which order. A release that adds or moves one counts
   * on, and says in {@link #differences} what it makes of runs that were begun before.
   */
  static final String COURSE = "2";

  /** What records of before course 2 may be without. */
  private static final Set<String> LATER =
      Set.of(
          "codec",
          "course",
          "critic",
          "earlier lessons",
          "exam judges",
          "exam sha-256",
          "judges",
          "knobs",
          "lessons sha-256",
          "pace",
          "secret sha-256",
          "tasks",
          "verifier");

  private final ImprovementLoop.Builder<T, C> parts;

  Plan(ImprovementLoop.Builder<T, C> parts) {
    this.parts = parts.copy();
  }

  /** A builder that has every part and setting of this plan; each may be set anew, once. */
  public ImprovementLoop.Builder<T, C> toBuilder() {
    return parts.copy();
  }

  /**
   * What a run is begun with, in words: one entry for each part and setting that decides anything,
   * by its name in the builder. Parts describe themselves, what is too long is given as SHA-256,
   * and so is the secret.
   */
  public Map<String, String> describe() {
    Map<String, String> words = new TreeMap<>();
    words.put("generator", generator().describe());
    words.put(
        "codec",
        codec() instanceof Described described
            ? described.describe()
            : Described.className(codec()));
    words.put("verifier", verifier().describe());
    if (verifier().measures()) {
      words.put("verdicts", "measured");
    }
    Critic<? super T, ? super C> critic = critic();
    if (critic != null) {
      words.put("critic", critic.describe());
    }
    words.put("rubric sha-256", sha256(rubric().toString()));
    words.put("trainer", trainer().describe());
    int proposals = WorstTraining.proposals(trainer());
    if (proposals > 1) {
      words.put("proposals", String.valueOf(proposals));
      words.put("screening", String.valueOf(practice().screening()));
    }
    words.put("knobs", trainer().knobs().stream().map(Plan::words).toList().toString());
    words.put("recipe", recipe().toString());
    words.put("gate", gate().describe());
    words.put("probes", String.valueOf(probes().size()));
    words.put("probes sha-256", probes().digest());
    words.put("judges", DefaultProbeBank.of(probes()).describe());
    ProbeBank<T, C> exam = exam();
    if (exam != null) {
      words.put("exam sha-256", exam.digest());
      words.put("exam judges", DefaultProbeBank.of(exam).describe());
    }
    words.put("lessons", String.valueOf(lessons().size()));
    words.put("lessons sha-256", digest(lessons()));
    words.put("practice", practice().words());
    words.put("earlier lessons", String.valueOf(practice().memory()));
    words.put("budget", budget().toString());
    Approval approval = oversight().approval();
    if (approval != null) {
      words.put("approval", approval.toString());
    }
    Charter charter = oversight().charter();
    if (charter != null) {
      words.put("charter", charter.text());
      words.put("charter sha-256", charter.digest());
    }
    words.put("secret sha-256", sha256("secret " + secret()));
    words.put("pace", oversight().pace().toString());
    words.put("seed", String.valueOf(seed()));
    return Collections.unmodifiableMap(words);
  }

  /** What the record of a run has of this plan and of its tasks. */
  Map<String, String> recorded(TaskSource<T> tasks, int levels) {
    Map<String, String> words = new TreeMap<>(describe());
    words.remove("seed");
    words.put("course", COURSE);
    words.put("tasks", tasks.describe());
    String listed = Supply.digest(tasks, levels, codec());
    if (listed != null) {
      words.put("tasks sha-256", listed);
    }
    words.put("levels", String.valueOf(levels));
    words.put("worst case", WorstCase.of(this, tasks, levels).summary());
    return words;
  }

  /**
   * In what a run was begun otherwise than by this plan, in words: another description of a part or
   * setting, or another ruling of a verifier that is known by its class alone. A record of before
   * parts described themselves is held against what it has: parts by their class.
   *
   * @param began how the run began
   * @param begins how this plan begins
   * @param attempted tells the attempts that were recorded of it, in order, as often as it is asked
   * @param steps looks after the run while parts are asked
   */
  List<String> differences(
      RunEvent.RunStarted began,
      RunEvent.RunStarted begins,
      Consumer<Consumer<RunEvent.Attempted>> attempted,
      Steps steps) {
    Map<String, String> then = began.setting();
    List<String> found =
        new ArrayList<>(
            then.containsKey("course")
                ? began.differences(byGateOf(began, begins))
                : began.differences(asBefore(then, begins)));
    if (found.isEmpty()
        && then.getOrDefault("verifier", Described.BY_CLASS).endsWith(Described.BY_CLASS)) {
      found.addAll(
          SameRulings.differences(
              verifier(), codec(), practice().samples(), attempted, threads(), steps));
    }
    return found;
  }

  /** The gate, by the arithmetic that a run began with. */
  DriftGate gate(RunEvent.RunStarted began) {
    return gate() instanceof AnchoredGate anchored
        ? anchored.asRecorded(began.setting().getOrDefault("gate", ""))
        : gate();
  }

  /** How this plan begins where the gate decides as it did when the run began. */
  private RunEvent.RunStarted byGateOf(RunEvent.RunStarted began, RunEvent.RunStarted begins) {
    Map<String, String> now = new TreeMap<>(begins.setting());
    now.put("gate", gate(began).describe());
    return new RunEvent.RunStarted(begins.seed(), begins.anchor(), now);
  }

  /** How this plan would have begun when records had less. */
  private RunEvent.RunStarted asBefore(Map<String, String> then, RunEvent.RunStarted begins) {
    Map<String, String> now = new TreeMap<>(begins.setting());
    now.put("gate", Described.className(gate()));
    now.put("trainer", Described.className(trainer()));
    now.put("generator", Described.className(generator()));
    String classes = DefaultProbeBank.of(probes()).digestByClasses();
    if (classes.equals(then.get("probes sha-256"))) {
      now.put("probes sha-256", classes);
    }
    now.keySet().removeIf(name -> LATER.contains(name) && !then.containsKey(name));
    return new RunEvent.RunStarted(begins.seed(), begins.anchor(), now);
  }

  private static String words(Knob knob) {
    return knob.name() + " " + knob.initial() + " of " + knob.min() + " to " + knob.max();
  }

  private String digest(List<Lesson<T, C>> lessons) {
    Hasher hasher = Hashing.sha256().newHasher();
    for (Lesson<T, C> lesson : lessons) {
      put(hasher, codec().writeTask(lesson.task()));
      put(hasher, codec().writeCandidate(lesson.candidate()));
      hasher.putInt(lesson.level()).putDouble(lesson.weight());
    }
    return hasher.hash().toString();
  }

  private static void put(Hasher hasher, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.putInt(bytes.length).putBytes(bytes);
  }

  private static String sha256(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
  }

  // The parts.

  /** Runs the model. */
  public Generator<T, C> generator() {
    return parts.generator;
  }

  Codec<T, C> codec() {
    return parts.generator.codec();
  }

  /** Rules on attempts. */
  public Verifier<? super T, ? super C> verifier() {
    return Objects.requireNonNull(parts.verifier);
  }

  /** Grades attempts; null if there is none. */
  public @Nullable Critic<? super T, ? super C> critic() {
    return parts.critic;
  }

  /** What the critic judges by. */
  public Rubric rubric() {
    return parts.rubric;
  }

  /** Makes challengers. */
  public Trainer<T, C> trainer() {
    return Objects.requireNonNull(parts.trainer);
  }

  /** How it trains. */
  public Recipe recipe() {
    return parts.recipe;
  }

  /** Decides what may go live. */
  public DriftGate gate() {
    return Objects.requireNonNull(parts.gate);
  }

  /** What it decides on. */
  public ProbeBank<T, C> probes() {
    return Objects.requireNonNull(parts.probes);
  }

  /** What the report measures; null if there is none. */
  public @Nullable ProbeBank<T, C> exam() {
    return parts.exam;
  }

  /** Lessons given at the start. */
  public List<Lesson<T, C>> lessons() {
    return parts.lessons;
  }

  /** How the model practises. */
  public Practice practice() {
    return parts.practice;
  }

  /** What a run may spend. */
  public Budget budget() {
    return Objects.requireNonNull(parts.budget);
  }

  RunStore store() {
    return Objects.requireNonNull(parts.store);
  }

  ModelRegistry registry() {
    return Objects.requireNonNull(parts.registry);
  }

  /** How many versions that were live before stay; null for all. */
  @Nullable Integer retain() {
    return parts.retain;
  }

  RunListener listener() {
    return parts.listener;
  }

  ThreadFactory threads() {
    return parts.threads;
  }

  Oversight oversight() {
    return parts.oversight;
  }

  Clock clock() {
    return parts.clock;
  }

  long seed() {
    return parts.seed;
  }

  long secret() {
    return parts.oversight.secretOr(parts.seed);
  }
}
