package dev.rsi.testkit;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import java.util.ArrayList;
import java.util.List;

/** Runs versions of a simulated learner. Has nothing to share between sessions, nor to release. */
final class SimulatedGenerator implements Generator<Sum, Long> {
  private final SimulatedLearner learner;

  SimulatedGenerator(SimulatedLearner learner) {
    this.learner = learner;
  }

  @Override
  public String describe() {
    return learner.toString();
  }

  @Override
  public Codec<Sum, Long> codec() {
    return ToyTasks.codec();
  }

  @Override
  public Session<Sum, Long> open(ModelVersion version) {
    return new LoadedVersion(learner, version.shortId(), Skills.read(version.directory()));
  }

  @Override
  public int maxTokens() {
    return learner.maxTokens();
  }

  @Override
  public boolean scores() {
    return true;
  }

  private static final class LoadedVersion implements ScoringSession<Sum, Long> {
    private final SimulatedLearner learner;
    private final String name;
    private final Skills skills;
    private boolean closed;

    LoadedVersion(SimulatedLearner learner, String name, Skills skills) {
      this.learner = learner;
      this.name = name;
      this.skills = skills;
    }

    @Override
    public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
      checkOpen();
      List<Output<Long>> outputs = new ArrayList<>(requests.size());
      for (Request<Sum> request : requests) {
        context.checkActive();
        outputs.add(learner.attempt(skills, request.task(), request.seed()));
      }
      return outputs;
    }

    @Override
    public List<Double> score(List<Sum> tasks, List<Long> candidates, RunContext context) {
      checkOpen();
      if (tasks.size() != candidates.size()) {
        throw new IllegalArgumentException(
            "There are " + tasks.size() + " tasks, but " + candidates.size() + " candidates.");
      }
      List<Double> scores = new ArrayList<>(tasks.size());
      for (int i = 0; i < tasks.size(); i++) {
        context.checkActive();
        scores.add(Math.log(learner.probability(skills, tasks.get(i), candidates.get(i))));
      }
      return scores;
    }

    private void checkOpen() {
      if (closed) {
        throw new IllegalStateException(
            "The session of version ("
                + name
                + ") is closed.\nMaybe it was closed too early, or kept too long: open another.");
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
