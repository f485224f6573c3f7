package dev.rsi.lm;

/**
 * Where a model computes; each backend says what it needs for a card.
 *
 * <p>Immutable and thread-safe.
 */
public final class Device {
  private static final int AUTO = -2;
  private static final int CPU = -1;
  private static final Device AUTO_DEVICE = new Device(AUTO);
  private static final Device CPU_DEVICE = new Device(CPU);

  private final int index;

  private Device(int index) {
    this.index = index;
  }

  /** The first CUDA card if the backend sees one, else the CPU. Decided at first use. */
  public static Device auto() {
    return AUTO_DEVICE;
  }

  /** The CPU: results repeat bit by bit with one native thread, the default. */
  public static Device cpu() {
    return CPU_DEVICE;
  }

  /**
   * A CUDA card. Needs the backend's CUDA library on the class path. Sums on a card may differ in
   * the last bits from run to run.
   *
   * @param index which card, from 0
   */
  public static Device cuda(int index) {
    if (index < 0) {
      throw new IllegalArgumentException("index (" + index + ") must be >= 0.");
    }
    return new Device(index);
  }

  /** Whether the backend chooses. */
  public boolean isAuto() {
    return index == AUTO;
  }

  /** The card's index; negative for the CPU and where the backend chooses. */
  public int index() {
    return index;
  }

  @Override
  public String toString() {
    return isAuto() ? "auto" : index == CPU ? "cpu" : "cuda:" + index;
  }
}
