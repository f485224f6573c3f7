package dev.rsi.testkit.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.rsi.lm.DecoderModel;
import dev.rsi.lm.spi.Batch;
import dev.rsi.lm.spi.Sampler;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A sampler that passes the contract, and the planted bugs that it finds. */
class SamplerContractTest {

  @Nested
  class Plain extends SamplerContract {
    @Override
    protected Sampler open(DecoderModel model) {
      return new PlainSampler(model);
    }
  }

  static List<Arguments> bugs() {
    return List.of(
        Arguments.of(Inexact.class, "should_score_as_the_reference_in_double_precision"),
        Arguments.of(Greedy.class, "should_draw_the_token_that_the_random_number_says"),
        Arguments.of(Hot.class, "should_take_the_likeliest_token_at_temperature_0"),
        Arguments.of(Mixed.class, "should_continue_a_prompt_alike_alone_and_beside_others"),
        Arguments.of(Leaking.class, "should_hold_no_more_native_memory_after_many_calls"),
        Arguments.of(Leaking.class, "should_hold_no_more_native_memory_after_a_call_that_failed"),
        Arguments.of(
            Guessing.class, "should_refuse_weights_that_are_no_numbers_or_give_no_number"));
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void should_find_the_bug(Class<?> suite, String test) {
    List<String> failed =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectClass(suite))
            .execute()
            .testEvents()
            .failed()
            .map(event -> event.getTestDescriptor().getDisplayName().replaceAll("\\(.*", ""))
            .toList();
    assertThat(failed).contains(test);
  }

  static class Inexact extends SamplerContract {
    @Override
    protected Sampler open(DecoderModel model) {
      return new PlainSampler(model) {
        @Override
        public double[] score(Batch batch) {
          return Arrays.stream(super.score(batch)).map(score -> score + 2e-4).toArray();
        }
      };
    }
  }

  static class Greedy extends SamplerContract {
    @Override
    protected Sampler open(DecoderModel model) {
      return new PlainSampler(model) {
        @Override
        public long[] sample(Prompts prompts, double temperature, int end) {
          return super.sample(prompts, 0, end);
        }
      };
    }
  }

  static class Hot extends SamplerContract {
    @Override
    protected Sampler open(DecoderModel model) {
      return new PlainSampler(model) {
        @Override
        public long[] sample(Prompts prompts, double temperature, int end) {
          return super.sample(prompts, temperature + 3, end);
        }
      };
    }
  }

  /** Answers the first prompt wherever others are. */
  static class Mixed extends SamplerContract {
    @Override
    protected Sampler open(DecoderModel model) {
      return new PlainSampler(model) {
        @Override
        public long[] sample(Prompts prompts, double temperature, int end) {
          long[] answers = super.sample(prompts, temperature, end);
          for (int i = prompts.newTokens(); i < answers.length; i++) {
            answers[i] = answers[i % prompts.newTokens()];
          }
          return answers;
        }
      };
    }
  }

  static class Leaking extends SamplerContract {
    @Override
    protected Sampler open(DecoderModel model) {
      return new PlainSampler(model) {
        private int held;

        @Override
        public double[] score(Batch batch) {
          held++;
          return super.score(batch);
        }

        @Override
        public int held() {
          return held;
        }
      };
    }
  }

  static class Guessing extends SamplerContract {
    @Override
    protected Sampler open(DecoderModel model) {
      return new PlainSampler(model) {
        @Override
        public double[] score(Batch batch) {
          return Arrays.stream(super.score(batch)).map(s -> Double.isNaN(s) ? -1 : s).toArray();
        }
      };
    }
  }

  /** Samples in plain Java, token by token. */
  private static class PlainSampler implements Sampler {
    private final ReferenceDecoder decoder;

    PlainSampler(DecoderModel model) {
      decoder = ReferenceDecoder.of(model);
    }

    @Override
    public long[] sample(Prompts prompts, double temperature, int end) {
      int fresh = prompts.newTokens();
      int length = prompts.length();
      long[] answers = new long[prompts.rows() * fresh];
      for (int row = 0; row < prompts.rows(); row++) {
        long[] ids = Arrays.copyOfRange(prompts.ids(), row * length, (row + 1) * length);
        long[] places = Arrays.copyOfRange(prompts.positions(), row * length, (row + 1) * length);
        for (int i = 0; i < fresh; i++) {
          int at = row * fresh + i;
          double[] logits = decoder.logits(ids, places)[length + i - 1];
          float[] narrow = new float[logits.length];
          for (int k = 0; k < narrow.length; k++) {
            narrow[k] = (float) logits[k];
          }
          answers[at] =
              Sampler.choose(narrow, 0, narrow.length, temperature, prompts.uniform()[at]);
          ids = Arrays.copyOf(ids, length + i + 1);
          ids[length + i] = answers[at];
          places = Arrays.copyOf(places, length + i + 1);
          places[length + i] = prompts.added()[at];
        }
      }
      return answers;
    }

    @Override
    public double[] score(Batch batch) {
      return decoder.score(batch);
    }

    @Override
    public int held() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
