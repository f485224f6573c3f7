package dev.rsi.core.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Output;
import dev.rsi.api.Request;
import dev.rsi.api.RunContext;
import dev.rsi.core.canary.Canary;
import dev.rsi.core.live.LiveModel;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveMetersTest {
  @TempDir Path home;

  @Test
  void should_show_both_sides_of_a_canary_and_its_evidence() throws Exception {
    ModelRegistry models = ModelRegistry.directory(home.resolve("models"));
    models.promote(add(models, "one").id());
    ModelVersion challenger = add(models, "two");
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (LiveModel<String, String> live = LiveModel.open(new Echo(), models, 2)) {
      LiveMeters.bind(live, meters);
      assertThat(gauge(meters, "rsi.live.requests", "live")).isZero();
      assertThat(gauge(meters, "rsi.live.requests", "challenger")).isNaN();
      assertThat(meters.get("rsi.live.evidence").gauge().value()).isNaN();
      live.canary(challenger, Canary.of(0.5).seed(1));
      for (int i = 0; i < 40; i++) {
        try (LiveModel.Lease<String, String> lease = live.acquire()) {
          lease.generate(List.of(new Request<>("a", i)), RunContext.standalone());
          lease.report(lease.version().equals(challenger) ? 0.5 : 1);
        }
      }
      double served = gauge(meters, "rsi.live.requests", "live");
      double tried = gauge(meters, "rsi.live.requests", "challenger");
      assertThat(served + tried).isEqualTo(40);
      assertThat(gauge(meters, "rsi.live.success", "live")).isEqualTo(1);
      assertThat(gauge(meters, "rsi.live.success", "challenger")).isEqualTo(0.5);
      assertThat(gauge(meters, "rsi.live.failures", "challenger")).isZero();
      assertThat(gauge(meters, "rsi.live.open", "live")).isZero();
      assertThat(gauge(meters, "rsi.live.median", "live")).isPositive();
      assertThat(meters.get("rsi.live.evidence").gauge().value())
          .isEqualTo(live.canary().orElseThrow().evidence())
          .isPositive();
    }
  }

  private static double gauge(SimpleMeterRegistry meters, String name, String role) {
    return meters.get(name).tag("role", role).gauge().value();
  }

  private ModelVersion add(ModelRegistry models, String name) throws IOException {
    Path artifact = Files.createDirectory(home.resolve(name));
    Files.writeString(artifact.resolve("model"), name);
    return models.add(artifact, Provenance.imported());
  }

  /** Answers what it is asked. */
  private static final class Echo implements Generator<String, String>, Codec<String, String> {
    @Override
    public Codec<String, String> codec() {
      return this;
    }

    @Override
    public Session<String, String> open(ModelVersion version) {
      return new Session<>() {
        @Override
        public List<Output<String>> generate(List<Request<String>> requests, RunContext context) {
          return requests.stream().map(each -> Output.of(each.task(), 1)).toList();
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public String writeTask(String task) {
      return task;
    }

    @Override
    public String readTask(String text) {
      return text;
    }

    @Override
    public String writeCandidate(String candidate) {
      return candidate;
    }

    @Override
    public String readCandidate(String text) {
      return text;
    }
  }
}
