package dev.rsi.lm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rsi.api.Knob;
import dev.rsi.api.Recipe;
import dev.rsi.lm.Objective;
import dev.rsi.lm.PolicyObjective;
import dev.rsi.lm.PreferenceObjective;
import dev.rsi.lm.SupervisedObjective;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Losses and gradients against the numbers of TRL itself: benchmarks/peers/trl_losses.py. */
class TrlLossesTest {
  private static final double EXACT = 1e-12;
  private static final JsonNode VECTORS = read("/dev/rsi/lm/trl-1.13.0.json");

  private static final Map<String, Knob> KNOBS =
      Map.of(
          "epsilon", PolicyObjective.EPSILON,
          "epsilon_high", PolicyObjective.EPSILON_HIGH,
          "delta", PolicyObjective.DELTA);

  static List<String> cases() {
    List<String> names = new ArrayList<>();
    VECTORS.get("cases").forEach(c -> names.add(name(c)));
    return names;
  }

  private static String name(JsonNode vector) {
    return vector.get("family").asString() + ": " + vector.get("name").asString();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void should_give_the_loss_and_the_gradient_of_trl(String name) {
    JsonNode expected = vector(VECTORS, name);
    TokenLoss found = compute(VECTORS, expected);
    assertThat(found.value()).isCloseTo(expected.get("loss").asDouble(), within(EXACT));
    double[][] slopes = table(expected.get("byToken"));
    assertThat(found.slopes().length).isEqualTo(slopes.length);
    for (int i = 0; i < slopes.length; i++) {
      assertThat(found.slopes()[i]).as("answer %d", i).containsExactly(slopes[i], within(EXACT));
    }
  }

  @ParameterizedTest
  @EnumSource(PolicyObjective.Scale.class)
  void should_give_the_advantages_of_trl(PolicyObjective.Scale scale) {
    double[] rewards = row(VECTORS.get("rewards"));
    int size = VECTORS.get("group").asInt();
    double[][] groups = new double[rewards.length / size][size];
    for (int i = 0; i < rewards.length; i++) {
      groups[i / size][i % size] = rewards[i];
    }
    double[][] found = new PolicyLoss(Objective.grpo().scale(scale)).advantages(groups);
    double[] expected = row(VECTORS.get("advantages").get(key(scale)));
    for (int i = 0; i < expected.length; i++) {
      assertThat(found[i / size][i % size]).isCloseTo(expected[i], within(EXACT));
    }
  }

  @Test
  void should_have_a_vector_for_every_loss() {
    Set<String> covered = new TreeSet<>();
    VECTORS
        .get("cases")
        .forEach(
            c -> {
              JsonNode settings = c.get("settings");
              JsonNode loss =
                  settings.has("kind") ? settings.get("kind") : settings.get("loss_type");
              covered.add(
                  c.get("family").asString() + " " + (loss == null ? "dapo" : loss.asString()));
            });
    Set<String> all = new TreeSet<>();
    List.of(SupervisedObjective.Loss.values()).forEach(l -> all.add("supervised " + key(l)));
    List.of(PolicyObjective.Loss.values()).forEach(l -> all.add("policy " + key(l)));
    List.of(PreferenceObjective.Loss.values()).forEach(l -> all.add("preference " + key(l)));
    assertThat(covered).isEqualTo(all);
  }

  /** What must fail: TRL 1.9.0 divided DAPO by another number and left the KL uncorrected. */
  @Test
  void should_tell_another_version_of_trl_by_its_numbers() {
    JsonNode older = read("/dev/rsi/lm/trl-1.9.0.json");
    Set<String> differ = new TreeSet<>();
    for (String name : cases()) {
      JsonNode expected = vector(older, name);
      double[][] slopes = table(expected.get("byToken"));
      TokenLoss found = compute(older, expected);
      boolean same = Math.abs(found.value() - expected.get("loss").asDouble()) < EXACT;
      for (int i = 0; i < slopes.length; i++) {
        for (int t = 0; t < slopes[i].length; t++) {
          same &= Math.abs(found.slopes()[i][t] - slopes[i][t]) < EXACT;
        }
      }
      if (!same) {
        differ.add(name);
      }
    }
    assertThat(differ)
        .contains("policy: default", "policy: KL without correction")
        .allMatch(name -> name.startsWith("policy: "))
        .doesNotContain("policy: gspo");
  }

  private static TokenLoss compute(JsonNode vectors, JsonNode vector) {
    JsonNode settings = vector.get("settings");
    switch (vector.get("family").asString()) {
      case "supervised":
        return new SupervisedLoss(
                Objective.supervised()
                    .loss(constant(SupervisedObjective.Loss.class, settings.get("kind"))))
            .of(table(vectors.get("now")));
      case "preference":
        Recipe recipe = Recipe.defaults();
        if (settings.has("beta")) {
          recipe = recipe.with(PreferenceObjective.BETA, settings.get("beta").asDouble());
        }
        if (settings.has("label_smoothing")) {
          double smoothing = settings.get("label_smoothing").asDouble();
          recipe = recipe.with(PreferenceObjective.LABEL_SMOOTHING, smoothing);
        }
        return new PreferenceLoss(
                Objective.dpo()
                    .loss(constant(PreferenceObjective.Loss.class, settings.get("loss_type"))))
            .of(answers(vectors, "group", false), recipe);
      default:
        return policy(vectors, settings);
    }
  }

  private static TokenLoss policy(JsonNode vectors, JsonNode settings) {
    PolicyObjective objective = Objective.grpo();
    Recipe recipe = Recipe.defaults();
    String scale = "group";
    boolean onPolicy = false;
    for (Map.Entry<String, JsonNode> setting : settings.properties()) {
      JsonNode value = setting.getValue();
      switch (setting.getKey()) {
        case "loss_type" -> objective = objective.loss(constant(PolicyObjective.Loss.class, value));
        case "importance_sampling_level" ->
            objective = objective.ratio(constant(PolicyObjective.Ratio.class, value));
        case "use_bias_correction_kl" -> objective = objective.correctedKl(value.asBoolean());
        case "beta" -> recipe = recipe.with(PolicyObjective.KL_WEIGHT, value.asDouble());
        case "scale" -> scale = value.asString();
        case "on_policy" -> onPolicy = value.asBoolean();
        default ->
            recipe =
                recipe.with(Objects.requireNonNull(KNOBS.get(setting.getKey())), value.asDouble());
      }
    }
    return new PolicyLoss(objective)
        .of(answers(vectors, scale, onPolicy), recipe, vectors.get("tokensPerStep").asDouble());
  }

  private static List<ScoredAnswer> answers(JsonNode vectors, String scale, boolean onPolicy) {
    double[] advantages = row(vectors.get("advantages").get(scale));
    double[][] now = table(vectors.get("now"));
    double[][] old = onPolicy ? now : table(vectors.get("old"));
    double[][] reference = table(vectors.get("reference"));
    List<ScoredAnswer> answers = new ArrayList<>();
    for (int i = 0; i < now.length; i++) {
      answers.add(new ScoredAnswer(advantages[i], now[i], old[i], reference[i]));
    }
    return answers;
  }

  private static <E extends Enum<E>> E constant(Class<E> type, JsonNode name) {
    return Enum.valueOf(type, name.asString().toUpperCase(Locale.ROOT));
  }

  private static String key(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static JsonNode vector(JsonNode vectors, String name) {
    for (JsonNode vector : vectors.get("cases")) {
      if (name(vector).equals(name)) {
        return vector;
      }
    }
    throw new AssertionError("no vector " + name);
  }

  private static double[] row(JsonNode node) {
    double[] row = new double[node.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = node.get(i).asDouble();
    }
    return row;
  }

  private static double[][] table(JsonNode node) {
    double[][] table = new double[node.size()][];
    for (int i = 0; i < table.length; i++) {
      table[i] = row(node.get(i));
    }
    return table;
  }

  private static JsonNode read(String file) {
    InputStream stream = Objects.requireNonNull(TrlLossesTest.class.getResourceAsStream(file));
    return JsonMapper.shared().readTree(stream);
  }
}
