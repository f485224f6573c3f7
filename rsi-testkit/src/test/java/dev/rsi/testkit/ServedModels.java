package dev.rsi.testkit;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A generator whose versions do as they are told: right, wrong, broken, slow or hanging. */
final class ServedModels implements Generator<Sum, Long> {

  /** What a version does when it is asked. */
  interface Manner {
    /** Right answers. */
    Manner RIGHT = (requests, context) -> answers(requests, 0);

    /** Wrong answers. */
    Manner WRONG = (requests, context) -> answers(requests, 1);

    List<Output<Long>> answer(List<Request<Sum>> requests, RunContext context);
  }

  private final Map<String, Manner> manners = new ConcurrentHashMap<>();
  private final Map<String, Runnable> openings = new ConcurrentHashMap<>();

  /** Has a version answer so. */
  void answers(ModelVersion version, Manner manner) {
    manners.put(version.id(), manner);
  }

  /** Has each opening of a session of a version do this first. */
  void opens(ModelVersion version, Runnable first) {
    openings.put(version.id(), first);
  }

  static List<Output<Long>> answers(List<Request<Sum>> requests, long off) {
    return requests.stream().map(each -> Output.of(each.task().expected() + off, 1)).toList();
  }

  @Override
  public Codec<Sum, Long> codec() {
    return SumCodec.INSTANCE;
  }

  @Override
  public String describe() {
    return "models that do as they are told";
  }

  @Override
  public Session<Sum, Long> open(ModelVersion version) {
    openings.getOrDefault(version.id(), () -> {}).run();
    return new Session<>() {
      @Override
      public List<Output<Long>> generate(List<Request<Sum>> requests, RunContext context) {
        return manners.getOrDefault(version.id(), Manner.RIGHT).answer(requests, context);
      }

      @Override
      public void close() {}
    };
  }
}
