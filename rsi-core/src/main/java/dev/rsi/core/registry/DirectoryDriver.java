package dev.rsi.core.registry;

import dev.rsi.api.ModelVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The driver of a run, on a registry in a directory. */
final class DirectoryDriver implements ModelRegistry.Driver {
  private final DirectoryModelRegistry registry;
  private final LiveRecords records;
  private final RunFiles runs;
  private final LiveRecord begun;
  private final LiveRecord.Driving driving;

  /**
   * A driver.
   *
   * @param begun the record by which it became it
   */
  DirectoryDriver(
      DirectoryModelRegistry registry, LiveRecords records, RunFiles runs, LiveRecord begun) {
    this.registry = registry;
    this.records = records;
    this.runs = runs;
    this.begun = begun;
    this.driving = Objects.requireNonNull(begun.driver());
  }

  @Override
  public Optional<String> live() {
    return Optional.ofNullable(begun.live());
  }

  @Override
  public Optional<String> left() {
    return Optional.ofNullable(driving.left());
  }

  @Override
  public ModelVersion add(
      Path artifact, Provenance provenance, long most, BooleanSupplier cancelled) {
    return registry.add(artifact, provenance, most, cancelled, id -> runs.begin(id, driving));
  }

  @Override
  public void promote(String id, @Nullable String expected) {
    registry.promote(
        id,
        () -> {
          LiveRecord now = records.last();
          LiveRecord.Driving mine = mine(now);
          boolean there = id.equals(now.live());
          if (there && id.equals(mine.left())) {
            return null;
          }
          if (!there && !Objects.equals(now.live(), expected)) {
            throw moved(now, expected);
          }
          if (!there) {
            checkNotWithdrawn(id);
          }
          LiveRecord.Driving leaving = mine.leaving(id);
          return there ? now.drivenBy(leaving) : now.promote(id).of(leaving);
        });
  }

  /** What stands of this driver in the record that counts. */
  private LiveRecord.Driving mine(LiveRecord now) {
    LiveRecord.Driving found = now.driver();
    if (found == null || found.token() != driving.token() || found.claim() == null) {
      throw new ModelRegistry.OvertakenException(
          "Run ("
              + driving.run()
              + ") was taken over in registry ("
              + registry.home()
              + ")"
              + (found == null ? "" : " by " + DirectoryModelRegistry.words(found))
              + ".\nMaybe this process stood still for a while; who took over goes on.");
    }
    return found;
  }

  private void checkNotWithdrawn(String id) {
    String why = registry.withdrawn(id).orElse(null);
    if (why != null) {
      throw new ModelRegistry.WithdrawnException(id, why);
    }
  }

  private ModelRegistry.MovedException moved(LiveRecord now, @Nullable String expected) {
    return new ModelRegistry.MovedException(
        "Live in registry ("
            + registry.home()
            + ") is version ("
            + (now.live() == null ? "none" : now.live())
            + "), and not ("
            + (expected == null ? "none" : expected)
            + "), which run ("
            + driving.run()
            + ") left live.\nMaybe a person promoted it or rolled back meanwhile, and is not"
            + " overruled: begin a new run from it, or promote the other one, and resume.");
  }

  @Override
  public void settle(long events, String head) {
    try {
      mine(records.last());
      runs.end(driving);
      long before =
          runs.recorded(driving.store(), driving.run()).map(RunFiles.Recorded::events).orElse(-1L);
      if (events > before) {
        runs.record(
            new RunFiles.Recorded(
                RegistryFiles.FORMAT, driving.store(), driving.run(), events, head));
      }
    } catch (IOException e) {
      throw registry.failed("note how far run (" + driving.run() + ") is recorded", e);
    }
  }

  @Override
  public void close() {
    try {
      while (true) {
        LiveRecord now = records.last();
        LiveRecord.Driving found = now.driver();
        if (found == null
            || found.token() != driving.token()
            || found.claim() == null
            || records.offer(now.drivenBy(found.given()))) {
          return;
        }
      }
    } catch (IOException e) {
      throw registry.failed("end the driving of run (" + driving.run() + ")", e);
    }
  }
}
