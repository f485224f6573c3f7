package dev.rsi.core.internal.spending;

import dev.rsi.api.RsiException;
import dev.rsi.core.internal.DiskUsage;
import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.store.RunStore;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The ceiling on what registry and store take on this machine's disk. */
public final class DiskSpace {
  private final long most;
  private final ModelRegistry registry;
  private final RunStore store;
  private long largest;

  public DiskSpace(long most, ModelRegistry registry, RunStore store) {
    this.most = most;
    this.registry = registry;
    this.store = store;
  }

  private boolean isLimited() {
    return most < Long.MAX_VALUE;
  }

  /** What registry and store take now; 0 where nothing limits it. */
  public long used() {
    return isLimited() ? registry.bytes() + store.bytes() : 0;
  }

  /**
   * Why no challengers may be trained; null if they may. Each is written once by the trainer, and
   * once more into the registry before the first is deleted.
   *
   * @param base of which a challenger is taken to have the size, or that of the largest before it
   * @param challengers how many of them there are to be
   */
  public @Nullable Refusal refusal(String base, int challengers) {
    if (!isLimited()) {
      return null;
    }
    long artifact = Math.max(largest, size(registry.version(base).directory()));
    long used = used();
    return artifact <= (most - used) / (challengers + 1L)
        ? null
        : Refusal.ofTheRun(
            "Of "
                + most
                + " bytes on disk "
                + used
                + " are spent and 0 set aside: "
                + Math.max(0, most - used)
                + " are left, and "
                + (challengers == 1
                    ? "another challenger may need twice "
                    : challengers + " more challengers may need " + (challengers + 1L) + " times ")
                + artifact
                + ".");
  }

  /**
   * Refuses an artifact that there is no room for, beside itself where it was written.
   *
   * @param used what registry and store take now
   * @return how many bytes it may have
   * @throws RsiException if there is none
   */
  public long check(Path artifact, long used) {
    if (!isLimited()) {
      return Long.MAX_VALUE;
    }
    long size = size(artifact);
    if (size > most - used) {
      throw new RsiException(
          "The artifact takes ("
              + size
              + ") bytes more, but of ("
              + most
              + ") bytes on disk ("
              + used
              + ") are spent, with what the trainer wrote.\nMaybe raise diskBytes, or delete"
              + " versions that nobody needs.");
    }
    largest = Math.max(largest, size);
    return size;
  }

  private static long size(Path directory) {
    try {
      return DiskUsage.of(directory);
    } catch (IOException e) {
      throw new RsiException("The size of (" + directory + ") cannot be read.", e);
    }
  }
}
