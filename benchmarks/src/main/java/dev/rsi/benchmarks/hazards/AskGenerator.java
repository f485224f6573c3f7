package dev.rsi.benchmarks.hazards;

import dev.rsi.api.Codec;
import dev.rsi.api.Cost;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.djl.DjlGenerator;
import dev.rsi.lm.SamplingParameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Asks a DJL model each question as often, and at the temperature, as its kind says. An answer
 * without an end counts as an answer: it is too long to be right.
 */
final class AskGenerator implements Generator<Ask, Ask.Reply> {
  /** Tokens after which an answer is cut off. */
  static final int LONGEST_ANSWER = 8;

  private final DjlGenerator<String, String> model = DjlGenerator.of(Codec.text());

  @Override
  public Codec<Ask, Ask.Reply> codec() {
    return Ask.Text.CODEC;
  }

  @Override
  public Session<Ask, Ask.Reply> open(ModelVersion version) {
    return new Asking(version);
  }

  private final class Asking implements Session<Ask, Ask.Reply> {
    private final ModelVersion version;
    private final Map<Double, Session<String, String>> byTemperature = new HashMap<>();

    Asking(ModelVersion version) {
      this.version = version;
    }

    @Override
    public List<Output<Ask.Reply>> generate(List<Request<Ask>> requests, RunContext context) {
      Map<Double, List<Integer>> indices = new TreeMap<>();
      for (int i = 0; i < requests.size(); i++) {
        double temperature = requests.get(i).task().kind().temperature;
        indices.computeIfAbsent(temperature, t -> new ArrayList<>()).add(i);
      }
      List<Output<Ask.Reply>> outputs =
          new ArrayList<>(Collections.nCopies(requests.size(), Output.failed("not asked", 0)));
      indices.forEach(
          (temperature, some) -> {
            List<Request<Ask>> asked = some.stream().map(requests::get).toList();
            List<Output<Ask.Reply>> replies = replies(temperature, asked, context);
            for (int i = 0; i < some.size(); i++) {
              outputs.set(some.get(i), replies.get(i));
            }
          });
      return outputs;
    }

    private List<Output<Ask.Reply>> replies(
        double temperature, List<Request<Ask>> asked, RunContext context) {
      List<Request<String>> requests = new ArrayList<>();
      for (Request<Ask> ask : asked) {
        SplittableRandom seeds = new SplittableRandom(ask.seed());
        for (int i = 0; i < ask.task().kind().answers; i++) {
          requests.add(new Request<>(ask.task().question(), seeds.nextLong()));
        }
      }
      List<Output<String>> answers = session(temperature).generate(requests, context);
      List<Output<Ask.Reply>> replies = new ArrayList<>();
      int next = 0;
      for (Request<Ask> ask : asked) {
        int from = next;
        next += ask.task().kind().answers;
        replies.add(reply(answers.subList(from, next)));
      }
      return replies;
    }

    private Output<Ask.Reply> reply(List<Output<String>> answers) {
      List<String> texts = new ArrayList<>();
      Cost cost = Cost.NONE;
      for (Output<String> answer : answers) {
        cost = cost.plus(answer.cost());
        if (answer.candidate() == null) {
          return Output.failed(String.valueOf(answer.failure()), cost);
        }
        texts.add(answer.candidate());
      }
      return Output.of(new Ask.Reply(texts), cost);
    }

    private Session<String, String> session(double temperature) {
      return byTemperature.computeIfAbsent(
          temperature,
          t ->
              model
                  .withSampling(new SamplingParameters(t, LONGEST_ANSWER).keepingCutOff())
                  .open(version));
    }

    @Override
    public void close() {
      byTemperature.values().forEach(Session::close);
      byTemperature.clear();
    }
  }
}
