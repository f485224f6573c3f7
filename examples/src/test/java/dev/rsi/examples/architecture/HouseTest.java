package dev.rsi.examples.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The inner order of rsi-core: sizes, floors and knots, each printed. */
class HouseTest {
  private static final String ROOT = "dev.rsi.core";

  /** Packages from the top floor down: each may use those below it. */
  private static final List<String> FLOORS =
      List.of(
          "micrometer",
          "live",
          "",
          "data",
          "gate",
          "told",
          "probe",
          "verify",
          "canary",
          "internal.judging",
          "internal.training",
          "internal.practice",
          "internal.steps",
          "internal.calls",
          "internal.probe",
          "internal.near",
          "internal.stats",
          "internal.spending",
          "registry",
          "store",
          "report",
          "internal");

  private static final int MOST_FILES = 25;
  private static final int MOST_UP = 4;
  private static final int LARGEST_KNOT = 5;

  private static final Map<String, Set<String>> USES = new TreeMap<>();

  @BeforeAll
  static void read() {
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT)) {
      if (type.getSimpleName().endsWith("-info")) {
        continue;
      }
      Set<String> used = USES.computeIfAbsent(file(type), name -> new TreeSet<>());
      type.getDirectDependenciesFromSelf().stream()
          .map(use -> use.getTargetClass().getBaseComponentType())
          .filter(target -> (target.getPackageName() + ".").startsWith(ROOT + "."))
          .map(HouseTest::file)
          .filter(target -> !target.equals(file(type)))
          .forEach(used::add);
    }
  }

  private static String file(JavaClass type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  private static String pack(String file) {
    String name = file.substring(0, file.lastIndexOf('.'));
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
  }

  @Test
  void should_hold_few_files_in_each_package() {
    Map<String, Integer> files = new TreeMap<>();
    // One more for its package-info.
    USES.keySet().forEach(file -> files.merge(pack(file), 1, Integer::sum));
    files.replaceAll((name, count) -> count + 1);
    System.out.println("files by package of rsi-core: " + files);
    assertThat(files.keySet()).isEqualTo(new TreeSet<>(FLOORS));
    assertThat(files.values()).allMatch(count -> count <= MOST_FILES);
  }

  @Test
  void should_have_few_arrows_that_run_back_up() {
    List<String> up = new ArrayList<>();
    USES.forEach(
        (from, targets) ->
            targets.stream()
                .filter(to -> FLOORS.indexOf(pack(to)) < FLOORS.indexOf(pack(from)))
                .forEach(to -> up.add(from + " -> " + to)));
    System.out.println(up.size() + " arrows run back up inside rsi-core: " + up);
    assertThat(up).hasSizeLessThanOrEqualTo(MOST_UP);
  }

  @Test
  void should_have_no_large_knots_of_classes() {
    List<Set<String>> knots = knots();
    knots.sort((one, other) -> other.size() - one.size());
    System.out.println("knots of classes in rsi-core: " + knots);
    assertThat(knots).allMatch(knot -> knot.size() <= LARGEST_KNOT);
  }

  /** Strongly connected sets of more than one class: each reaches each. */
  private static List<Set<String>> knots() {
    Map<String, Set<String>> reach = new HashMap<>();
    USES.keySet().forEach(from -> reach.put(from, reached(from)));
    List<Set<String>> knots = new ArrayList<>();
    Set<String> done = new HashSet<>();
    for (String from : USES.keySet()) {
      Set<String> knot = new TreeSet<>(reach.get(from));
      knot.removeIf(to -> !reach.get(to).contains(from));
      if (knot.size() > 1 && done.add(from)) {
        done.addAll(knot);
        knots.add(knot);
      }
    }
    return knots;
  }

  private static Set<String> reached(String from) {
    Set<String> seen = new HashSet<>();
    Deque<String> next = new ArrayDeque<>(List.of(from));
    while (!next.isEmpty()) {
      for (String to : USES.getOrDefault(next.pop(), Set.of())) {
        if (seen.add(to)) {
          next.push(to);
        }
      }
    }
    return seen;
  }
}
