package dev.rsi.benchmarks;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.Knob;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.api.TaskSource;
import dev.rsi.api.TrainedArtifact;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.TrainingRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** A model that answers every number with itself at once, and learns nothing. */
final class InstantModel
    implements Generator<Long, Long>, Trainer<Long, Long>, TaskSource<Long>, Codec<Long, Long> {

  @Override
  public Codec<Long, Long> codec() {
    return this;
  }

  @Override
  public Session<Long, Long> open(ModelVersion version) {
    return new Session<>() {
      @Override
      public List<Output<Long>> generate(List<Request<Long>> requests, RunContext context) {
        List<Output<Long>> outputs = new ArrayList<>(requests.size());
        for (Request<Long> request : requests) {
          outputs.add(Output.of(request.task(), 1));
        }
        return outputs;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<Knob> knobs() {
    return List.of();
  }

  @Override
  public TrainedArtifact train(
      TrainingRequest<Long, Long> request, TrainingContext<Long, Long> context) {
    return new TrainedArtifact(request.workDirectory(), 1, Map.of(), Map.of());
  }

  @Override
  public int levels() {
    return 1;
  }

  @Override
  public Long draw(int level, RandomGenerator random) {
    return random.nextLong();
  }

  @Override
  public String writeTask(Long task) {
    return Long.toString(task);
  }

  @Override
  public Long readTask(String text) {
    return Long.valueOf(text);
  }

  @Override
  public String writeCandidate(Long candidate) {
    return Long.toString(candidate);
  }

  @Override
  public Long readCandidate(String text) {
    return Long.valueOf(text);
  }
}
