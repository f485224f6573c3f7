package dev.rsi.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {

  @Test
  void should_tell_the_median_to_one_part_in_eight() {
    Seed seed = Seed.next();
    Random random = seed.random();
    for (int size : new int[] {1, 2, 20, 101, 5000}) {
      LatencyHistogram histogram = new LatencyHistogram();
      long[] times = new long[size];
      for (int i = 0; i < size; i++) {
        times[i] = (long) Math.exp(random.nextDouble() * 40);
        histogram.add(times[i]);
      }
      Arrays.sort(times);
      // It is looked for after every 64th part of them, so it may be that far behind.
      int behind = size / 64 + 1;
      double low = times[Math.max(0, size / 2 - 1 - behind)];
      double high = times[Math.min(size - 1, size / 2 + behind)];
      assertThat((double) histogram.median())
          .as("%s", seed)
          .isBetween(low, Math.max(high * 1.126, high + 1));
      assertThat(histogram.size()).isEqualTo(size);
    }
  }

  @Test
  void should_take_any_time() {
    LatencyHistogram histogram = new LatencyHistogram();
    histogram.add(Long.MAX_VALUE);
    assertThat(histogram.median()).isEqualTo(Long.MAX_VALUE);
    LatencyHistogram none = new LatencyHistogram();
    none.add(0);
    assertThat(none.median()).isEqualTo(1);
    for (int shift = 0; shift < Long.SIZE - 1; shift++) {
      LatencyHistogram one = new LatencyHistogram();
      one.add(1L << shift);
      assertThat(one.median()).isGreaterThan(1L << shift);
    }
  }

  @Test
  void should_go_on_from_its_state() {
    LatencyHistogram whole = new LatencyHistogram();
    LatencyHistogram first = new LatencyHistogram();
    for (int i = 0; i < 100; i++) {
      whole.add(i * 1000L);
      first.add(i * 1000L);
    }
    LatencyHistogram second = new LatencyHistogram();
    second.restore(("times " + first.state()).split(" "), 1);
    for (int i = 0; i < 100; i++) {
      whole.add(i * 2000L);
      second.add(i * 2000L);
      assertThat(second.median()).isEqualTo(whole.median());
    }
    assertThat(second.state()).isEqualTo(whole.state());
  }
}
