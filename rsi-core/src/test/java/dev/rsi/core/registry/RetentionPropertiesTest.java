package dev.rsi.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** Whatever is done to a registry, it holds what a few maps of it hold. */
class RetentionPropertiesTest {

  @Property(tries = 25)
  void should_do_what_a_few_maps_do(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int steps) throws IOException {
    Path home = Files.createTempDirectory("rsi-registry");
    try {
      Model model = new Model(home, new Random(seed));
      for (int step = 0; step < steps; step++) {
        model.step();
        model.check();
      }
    } finally {
      MoreFiles.deleteRecursively(home, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static final class Model {
    private final Path home;
    private final Random random;
    private ModelRegistry registry;
    // By id, in the order of adding; a version that is added again has the parent of the last time.
    private final Map<String, @Nullable String> parents = new LinkedHashMap<>();
    private final Map<String, String> runs = new HashMap<>();
    private final Set<String> there = new TreeSet<>();
    private final Set<String> pinned = new HashSet<>();
    private final Map<String, ModelRegistry.Hold> held = new HashMap<>();
    private final Deque<String> history = new ArrayDeque<>();

    Model(Path home, Random random) {
      this.home = home;
      this.random = random;
      this.registry = ModelRegistry.directory(home);
    }

    void step() throws IOException {
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> add();
        case 3, 4 -> promote(any());
        case 5 -> rollBack();
        case 6 -> rollBackTo(any());
        case 7 -> pin(any());
        case 8 -> hold(any());
        case 9, 10 -> retain(random.nextInt(3));
        default -> registry = ModelRegistry.directory(home);
      }
    }

    /** A version that is or was there, or is not yet. */
    private String any() {
      List<String> ids = new ArrayList<>(parents.keySet());
      return ids.isEmpty() ? "0".repeat(64) : ids.get(random.nextInt(ids.size()));
    }

    private void add() throws IOException {
      Path work = registry.newWorkDirectory();
      Files.writeString(work.resolve("weights"), "" + random.nextInt(20));
      String parent = parents.isEmpty() || random.nextInt(4) == 0 ? null : any();
      String run = "run-" + random.nextInt(3);
      String id =
          registry
              .add(work, new Provenance(parent, run, 1, null, 0, 0, Map.of(), Map.of(), Map.of()))
              .id();
      if (there.add(id)) {
        parents.put(id, parent);
        runs.put(id, run);
      }
    }

    private void promote(String id) {
      if (!there.contains(id)) {
        assertThatIllegalArgumentException().isThrownBy(() -> registry.promote(id));
        return;
      }
      registry.promote(id);
      if (!id.equals(history.peek())) {
        history.push(id);
      }
    }

    private void rollBack() {
      if (history.size() < 2) {
        assertThatIllegalStateException().isThrownBy(registry::rollBack);
        return;
      }
      history.pop();
      assertThat(registry.rollBack().id()).isEqualTo(history.peek());
    }

    private void rollBackTo(String id) {
      if (!history.contains(id)) {
        assertThatIllegalArgumentException().isThrownBy(() -> registry.rollBackTo(id));
        return;
      }
      while (!id.equals(history.peek())) {
        history.pop();
      }
      assertThat(registry.rollBackTo(id).id()).isEqualTo(id);
    }

    private void pin(String id) {
      if (pinned.remove(id)) {
        registry.unpin(id);
      } else if (there.contains(id)) {
        registry.pin(id);
        pinned.add(id);
      } else {
        assertThatIllegalArgumentException().isThrownBy(() -> registry.pin(id));
      }
    }

    private void hold(String id) {
      ModelRegistry.Hold hold = held.remove(id);
      if (hold != null) {
        hold.close();
      } else if (there.contains(id)) {
        held.put(id, registry.hold(id));
      } else {
        assertThatIllegalArgumentException().isThrownBy(() -> registry.hold(id));
      }
    }

    private void retain(int before) {
      Set<String> gone = new TreeSet<>();
      if (!history.isEmpty()) {
        Set<String> kept = kept(before);
        history.removeIf(id -> !kept.contains(id));
        gone.addAll(there);
        gone.removeAll(kept);
        there.removeAll(gone);
      }
      assertThat(registry.retain(before)).isEqualTo(gone);
    }

    private Set<String> kept(int before) {
      String live = history.getFirst();
      List<String> lineage = lineage(live);
      Set<String> kept = new HashSet<>();
      history.stream().limit(before + 1L).forEach(kept::add);
      kept.add(lineage.get(lineage.size() - 1));
      lineage.stream()
          .filter(id -> !runs.get(id).equals(runs.get(live)))
          .findFirst()
          .ifPresent(kept::add);
      kept.addAll(pinned);
      kept.addAll(held.keySet());
      return kept;
    }

    private List<String> lineage(String id) {
      List<String> lineage = new ArrayList<>();
      for (String next = id; next != null && !lineage.contains(next); next = parents.get(next)) {
        lineage.add(next);
      }
      return lineage;
    }

    void check() throws IOException {
      assertThat(registry.versions()).isEqualTo(there);
      assertThat(registry.history()).containsExactlyElementsOf(history);
      assertThat(registry.pinned()).isEqualTo(pinned);
      for (String id : parents.keySet()) {
        assertThat(registry.lineage(id)).isEqualTo(lineage(id));
        if (there.contains(id)) {
          assertThat(registry.version(id).id()).isEqualTo(id);
        } else {
          assertThatIllegalArgumentException().isThrownBy(() -> registry.version(id));
          assertThat(home.resolve("versions").resolve(id)).doesNotExist();
        }
      }
    }
  }
}
