package dev.rsi.testkit;

import dev.rsi.core.registry.ModelRegistry;
import dev.rsi.core.registry.Provenance;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Somebody at a registry object of their own, on the directory that a run drives: makes another
 * version live now and then, and later the one again that was live before; pins, and deletes what
 * nobody needs.
 */
final class SimulatedPerson {
  private final SimulatedWorld<?, ?> world;
  private final SplittableRandom chance;
  private int visits;
  private int steps;
  private int acts;
  private @Nullable ModelRegistry registry;
  private @Nullable String before;
  private @Nullable String pinned;

  /**
   * Somebody.
   *
   * @param visits how often they come
   */
  SimulatedPerson(SimulatedWorld<?, ?> world, SplittableRandom chance, int visits) {
    this.world = world;
    this.chance = chance;
    this.visits = visits;
    away();
  }

  private void away() {
    steps = chance.nextInt(1 << chance.nextInt(1, 12));
  }

  /** Whether another version is live than the run's, by this person's doing. */
  boolean moved() {
    return before != null;
  }

  /** How often they did something. */
  int acts() {
    return acts;
  }

  /** A step of the run: they may come. */
  void passBy() {
    if (visits == 0 || steps-- > 0 || world.watch().history().isEmpty()) {
      return;
    }
    visits--;
    away();
    world.promise(this::act);
  }

  private void act() {
    ModelRegistry models = registry();
    SimulatedWatch<?, ?> watch = world.watch();
    watch.checkHistory(models);
    acts++;
    String live = watch.history().get(0);
    switch (chance.nextInt(5)) {
      case 0 -> pin(live);
      case 1 -> {
        // What the run needs is not of the lineage of what they made live.
        if (!moved()) {
          int kept = chance.nextInt(3);
          models.retain(kept);
          watch.retained(kept, models);
        }
      }
      case 2 -> {
        if (moved()) {
          putBack();
        } else if (watch.history().size() > 1 && !watch.history().get(1).equals(live)) {
          // Else what was between was deleted, and it leads to the same version.
          leave(live);
          models.rollBack();
          watch.rolledBack(models);
        }
      }
      default -> {
        if (moved()) {
          putBack();
        } else {
          leave(live);
          promote(own());
        }
      }
    }
  }

  private String own() {
    Path model = world.writeModel("person " + acts);
    return registry().add(model, Provenance.imported()).id();
  }

  /** What the run left live stays, whatever is retained meanwhile. */
  private void leave(String live) {
    pin(live);
    before = live;
  }

  private void pin(String version) {
    if (moved()) {
      return;
    }
    if (pinned != null) {
      registry().unpin(pinned);
    }
    pinned = version;
    registry().pin(version);
  }

  private void promote(String version) {
    registry().promote(version);
    world.watch().promoted(version, registry());
  }

  /** Makes the version live again that was before they came. */
  void putBack() {
    String left = before;
    if (left != null) {
      world.watch().checkHistory(registry());
      if (chance.nextBoolean()
          && world.watch().history().size() > 1
          && world.watch().history().get(1).equals(left)) {
        registry().rollBack();
        world.watch().rolledBack(registry());
      } else {
        promote(left);
      }
      before = null;
    }
  }

  private ModelRegistry registry() {
    ModelRegistry own = registry;
    if (own == null) {
      own = world.openRegistry();
      registry = own;
    }
    return own;
  }
}
