package dev.rsi.lm.gguf;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a tensor's numbers are written, in blocks of one or of many that share a scale. */
public enum GgufType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q8_0(8, 32, 34),
  Q4_K(12, 256, 144),
  Q6_K(14, 256, 210),
  BF16(30, 1, 2);

  private final int code;
  private final int blockNumbers;
  private final int blockBytes;

  GgufType(int code, int blockNumbers, int blockBytes) {
    this.code = code;
    this.blockNumbers = blockNumbers;
    this.blockBytes = blockBytes;
  }

  /** How many numbers a block has. */
  public int blockNumbers() {
    return blockNumbers;
  }

  /** How many bytes a block has. */
  public int blockBytes() {
    return blockBytes;
  }

  static @Nullable GgufType of(int code) {
    for (GgufType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }

  static String known() {
    return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));
  }
}
