package dev.rsi.core.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.core.internal.Seed;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeysTest {

  @Test
  void should_know_what_a_set_would_know() {
    Seed seed = Seed.next();
    Random random = seed.random();
    Keys keys = new Keys();
    Set<Long> all = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      // Half of them are small and collide with their neighbours.
      long key = random.nextBoolean() ? random.nextLong() : 1 + random.nextInt(30_000);
      if (keys.add(key) != all.add(key)) {
        throw new AssertionError("key " + key + ": " + seed);
      }
    }
    assertThat(keys.size()).isEqualTo(all.size());
    long[] hashes = keys.hashes();
    Arrays.sort(hashes);
    assertThat(hashes).isEqualTo(all.stream().mapToLong(each -> each).sorted().toArray());
  }

  @Test
  void should_take_zero_for_one_rather_than_for_nothing() {
    Keys keys = new Keys();
    assertThat(keys.add(0)).isTrue();
    assertThat(keys.add(0)).isFalse();
    assertThat(keys.add(1)).isFalse();
  }

  @Test
  void should_call_nothing_new_once_it_is_full() {
    Keys keys = new Keys();
    for (long key = 1; key <= Keys.MOST; key++) {
      if (!keys.add(key * 0x9E3779B97F4A7C15L)) {
        throw new AssertionError("key " + key);
      }
    }
    assertThat(keys.add(7)).isFalse();
    assertThat(keys.add(0x9E3779B97F4A7C15L)).isFalse();
    assertThat(keys.size()).isEqualTo(Keys.MOST);
  }
}
