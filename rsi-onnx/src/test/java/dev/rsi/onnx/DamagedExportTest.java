package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rsi.api.Codec;
import dev.rsi.api.Generator;
import dev.rsi.api.ModelVersion;
import dev.rsi.api.Request;
import dev.rsi.api.RsiException;
import dev.rsi.api.RunContext;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.Device;
import dev.rsi.lm.SavedRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real models with bytes cut off, flipped and made up, in a process that may die of it. */
class DamagedExportTest {
  private static final long SEED = 20_261_125;
  @TempDir Path temp;

  /** Opens damaged copies of the models in its working directory; prints what came of them. */
  static final class Damage {
    public static void main(String[] args) throws Exception {
      SavedRandom random = new SavedRandom(Long.parseLong(args[0]));
      int count = Integer.parseInt(args[1]);
      int refused = 0;
      int answered = 0;
      for (String name : Arrays.asList(args).subList(2, args.length)) {
        Path directory = Path.of(name);
        byte[] sound = Files.readAllBytes(directory.resolve(Exports.MODEL));
        for (int i = 0; i < count; i++) {
          byte[] damaged = damaged(sound, i % 4, random);
          Files.write(directory.resolve(Exports.MODEL), damaged);
          // Read when the process has died.
          System.out.println(name + " " + i);
          try {
            answer(directory);
            answered++;
          } catch (RsiException e) {
            refused++;
          }
        }
        Files.write(directory.resolve(Exports.MODEL), sound);
        answer(directory);
      }
      System.out.println("refused " + refused + ", answered " + answered);
    }

    private static byte[] damaged(byte[] sound, int kind, SavedRandom random) {
      byte[] damaged = sound.clone();
      switch (kind) {
        case 0 -> {
          return Arrays.copyOf(sound, random.nextInt(sound.length));
        }
        case 1 -> {
          for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
          }
        }
        case 2 -> {
          int from = random.nextInt(damaged.length);
          int to = Math.min(damaged.length, from + 1 + random.nextInt(64));
          for (int at = from; at < to; at++) {
            damaged[at] = (byte) random.nextInt(256);
          }
        }
        default -> {
          damaged = new byte[random.nextInt(4096)];
          random.nextBytes(damaged);
        }
      }
      return damaged;
    }

    private static void answer(Path directory) {
      try (Generator.Session<String, String> session =
          OnnxGenerator.of(Codec.text(), Device.cpu())
              .open(new ModelVersion("a".repeat(64), directory))) {
        session.generate(List.of(new Request<>("12+34=", 1)), RunContext.standalone());
      }
    }
  }

  private void survives(int count) throws Exception {
    Exports.own(
        Files.createDirectory(temp.resolve("own")),
        Models.loud(Models.config(PositionScheme.COUPLED, 1, 8), 5));
    Exports.optimum("gpt2", Files.createDirectory(temp.resolve("gpt2")));
    Exports.optimum("llama", Files.createDirectory(temp.resolve("llama")));
    ChildJvm child =
        ChildJvm.run(
            temp,
            Damage.class,
            List.of("-Xmx512m"),
            String.valueOf(SEED),
            String.valueOf(count),
            "own",
            "gpt2",
            "llama");
    String[] lines = child.out().split("\n", -1);
    System.out.println("seed " + SEED + ": " + lines[Math.max(0, lines.length - 2)]);
    assertThat(child.exit())
        .as("seed %d, last %s, error %s", SEED, lines[Math.max(0, lines.length - 2)], child.err())
        .isZero();
    assertThat(child.out()).containsPattern("refused [1-9][0-9]+, answered [1-9]");
  }

  @Test
  void should_refuse_or_run_damaged_models_and_live_on() throws Exception {
    survives(100);
  }

  @Test
  @Tag("nightly")
  void should_refuse_or_run_many_of_them() throws Exception {
    survives(600);
  }
}
