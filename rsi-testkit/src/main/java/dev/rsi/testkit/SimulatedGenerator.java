package dev.rsi.testkit;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import java.util.ArrayList;
import java.util.List;

/** Runs versions of a simulated learner. Has nothing to share between sessions, nor to release. */
final class SimulatedGenerator implements Generator<Sum, Long> {
  private final SimulatedLearner learner;

  SimulatedGenerator(SimulatedLearner learner) {
    this.learner = learner;
  }

  @Override
  public Codec<Sum, Long> codec() {
    return ToyTasks.codec();
  }

  @Override
  public Session<Sum, Long> open(ModelVersion version) {
    return new LoadedVersion(learner, version.shortId(), Skills.read(version.directory()));
  }

  private static final class LoadedVersion implements Session<Sum, Long> {
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
      if (closed) {
        throw new IllegalStateException(
            "The session of version ("
                + name
                + ") is closed.\nMaybe it was closed too early, or kept too long: open another.");
      }
      List<Output<Long>> outputs = new ArrayList<>(requests.size());
      for (Request<Sum> request : requests) {
        context.checkActive();
        outputs.add(learner.attempt(skills, request.task(), request.seed()));
      }
      return outputs;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
