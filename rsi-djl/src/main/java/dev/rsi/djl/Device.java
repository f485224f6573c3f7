package dev.rsi.djl;

/**
 * Where a model computes.
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

  /** The first CUDA card if the engine sees one, else the CPU. Decided at first use. */
  public static Device auto() {
    return AUTO_DEVICE;
  }

  /** The CPU: results repeat bit by bit with one native thread, the default. */
  public static Device cpu() {
    return CPU_DEVICE;
  }

  /**
   * A CUDA card. Needs the CUDA native library of the engine on the class path. Sums on a card may
   * differ in the last bits from run to run.
   *
   * @param index which card, from 0
   */
  public static Device cuda(int index) {
    if (index < 0) {
      throw new IllegalArgumentException("index (" + index + ") must be >= 0.");
    }
    return new Device(index);
  }

  boolean isAuto() {
    return index == AUTO;
  }

  /** The card's index, or -1 for the CPU. */
  int index() {
    return index;
  }

  @Override
  public String toString() {
    return isAuto() ? "auto" : index == CPU ? "cpu" : "cuda:" + index;
  }
}
