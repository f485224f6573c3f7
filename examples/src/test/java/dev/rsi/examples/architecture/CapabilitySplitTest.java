package dev.rsi.examples.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.rsi.api.Codec;
import dev.rsi.api.Critic;
import dev.rsi.api.DriftGate;
import dev.rsi.api.Generator;
import dev.rsi.api.ProbeSource;
import dev.rsi.api.RunContext;
import dev.rsi.api.ScoringSession;
import dev.rsi.api.TaskSource;
import dev.rsi.api.Trainer;
import dev.rsi.api.TrainingContext;
import dev.rsi.api.Verifier;
import dev.rsi.core.ImprovementLoop;
import dev.rsi.core.store.RunStore;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the loop hands to its parts has no way to gate, budget, probes, store and live version: by
 * types alone. What hostile parts get by trying, the testkit's test of this name says.
 */
class CapabilitySplitTest {
  private static final List<Class<?>> PARTS =
      List.of(
          Generator.class,
          Generator.Session.class,
          ScoringSession.class,
          Codec.class,
          Verifier.class,
          Critic.class,
          Trainer.class,
          TaskSource.class);

  private static final Set<Class<?>> FORBIDDEN = Set.of(DriftGate.class, ProbeSource.class);

  private static JavaClasses ours;

  @BeforeAll
  static void read() {
    ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.rsi.api", "dev.rsi.core");
  }

  @Test
  void should_hand_nothing_to_parts_that_leads_beyond_them() {
    assertThat(leaks(ours, PARTS)).isEmpty();
  }

  @Test
  void should_reach_what_parts_are_handed() {
    assertThat(reachable(ours, PARTS))
        .as("without these the rule above checks nothing")
        .extracting(JavaClass::getSimpleName)
        .contains(
            "RunContext",
            "TrainingContext",
            "TrainingRequest",
            "Proposal",
            "Reply",
            "ModelVersion",
            "Lesson",
            "Rubric",
            "Request");
  }

  @Test
  void should_find_a_planted_way_to_the_probes() {
    JavaClasses planted =
        new ClassFileImporter().importClasses(PlantedPart.class, PlantedRequest.class);
    assertThat(leaks(planted, List.of(PlantedPart.class)))
        .anyMatch(leak -> leak.contains("ProbeSource"))
        .anyMatch(leak -> leak.contains("ImprovementLoop"));
  }

  @Test
  void should_give_a_context_nothing_but_what_its_interface_says() {
    List<JavaClass> contexts =
        ours.stream()
            .filter(type -> type.isAssignableTo(RunContext.class) && !type.isInterface())
            .toList();
    assertThat(contexts)
        .extracting(JavaClass::getSimpleName)
        .containsExactlyInAnyOrder(
            "Context",
            "Context",
            "Context",
            "OfInputs",
            "StandaloneContext",
            "StandaloneTraining",
            "TrainersContext",
            "Try");
    assertThat(contexts).flatMap(CapabilitySplitTest::openings).isEmpty();
  }

  @Test
  void should_find_a_planted_opening_in_a_context() {
    JavaClass planted =
        new ClassFileImporter().importClasses(PlantedContext.class).get(PlantedContext.class);
    assertThat(openings(planted))
        .anyMatch(opening -> opening.contains("store("))
        .anyMatch(opening -> opening.contains("shared"))
        .anyMatch(opening -> opening.contains("is public"));
  }

  @Test
  void should_open_nothing_to_the_reflection_of_parts() {
    List<ModuleDescriptor> modules =
        ModuleFinder.of(
                Stream.of(RunContext.class, ImprovementLoop.class)
                    .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                    .map(location -> Path.of(location.getPath()))
                    .toArray(Path[]::new))
            .findAll()
            .stream()
            .map(module -> module.descriptor())
            .toList();
    assertThat(modules)
        .extracting(ModuleDescriptor::name)
        .containsExactlyInAnyOrder("dev.rsi.api", "dev.rsi.core");
    assertThat(modules).noneMatch(ModuleDescriptor::isOpen);
    assertThat(modules).flatExtracting(ModuleDescriptor::opens).isEmpty();
  }

  /** Types that are neither of the API nor of the JDK, or that no part may be handed. */
  private static Set<String> leaks(JavaClasses classes, List<Class<?>> roots) {
    return reachable(classes, roots).stream()
        .filter(type -> !isAllowed(type, roots))
        .map(JavaClass::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean isAllowed(JavaClass type, List<Class<?>> roots) {
    return (type.isPrimitive()
            || type.getPackageName().startsWith("java.")
            || type.getPackageName().equals("dev.rsi.api")
            || roots.stream().anyMatch(type::isEquivalentTo))
        && FORBIDDEN.stream().noneMatch(type::isEquivalentTo);
  }

  /**
   * Types in the signatures of public members, and in theirs; of the JDK's none further. What a
   * record is made of stands in its constructor.
   */
  private static Set<JavaClass> reachable(JavaClasses classes, List<Class<?>> roots) {
    Set<JavaClass> reached = new HashSet<>();
    Deque<JavaClass> next = new ArrayDeque<>();
    roots.forEach(root -> next.add(classes.get(root)));
    while (!next.isEmpty()) {
      JavaClass type = next.pop();
      if (reached.add(type) && type.getPackageName().startsWith("dev.rsi.")) {
        for (JavaCodeUnit unit : type.getCodeUnits()) {
          if (unit.getModifiers().contains(JavaModifier.PUBLIC)) {
            next.addAll(named(unit));
          }
        }
        for (JavaField field : type.getFields()) {
          if (field.getModifiers().contains(JavaModifier.PUBLIC)) {
            next.addAll(field.getType().getAllInvolvedRawTypes());
          }
        }
      }
    }
    return reached.stream().map(JavaClass::getBaseComponentType).collect(Collectors.toSet());
  }

  private static Set<JavaClass> named(JavaCodeUnit unit) {
    Set<JavaClass> named = new HashSet<>(unit.getReturnType().getAllInvolvedRawTypes());
    unit.getParameterTypes().forEach(type -> named.addAll(type.getAllInvolvedRawTypes()));
    return named;
  }

  /**
   * What of a context is open to whoever holds one, but for the methods of contexts' interfaces.
   */
  private static List<String> openings(JavaClass context) {
    List<String> openings = new ArrayList<>();
    if (context.getModifiers().contains(JavaModifier.PUBLIC)) {
      openings.add(context.getName() + " is public");
    }
    Set<String> known =
        Stream.of(RunContext.class, TrainingContext.class)
            .flatMap(type -> Stream.of(type.getMethods()))
            .map(method -> method.getName())
            .collect(Collectors.toSet());
    for (JavaMethod method : context.getMethods()) {
      if (!known.contains(method.getName())
          && !method.getModifiers().contains(JavaModifier.PRIVATE)
          && !method.getModifiers().contains(JavaModifier.STATIC)) {
        openings.add(method.getFullName());
      }
    }
    for (JavaField field : context.getFields()) {
      boolean isConstant = context.isEnum() && field.getModifiers().contains(JavaModifier.STATIC);
      if (!isConstant
          && !field.getModifiers().containsAll(Set.of(JavaModifier.PRIVATE, JavaModifier.FINAL))) {
        openings.add(field.getFullName());
      }
    }
    return openings;
  }

  /** What a request must never become. */
  public interface PlantedPart {
    void take(List<PlantedRequest> requests);
  }

  /** The way is in the second step, and in a type's own parameter. */
  public record PlantedRequest(ProbeSource probes, List<ImprovementLoop<String, String>> loops) {}

  /** What a context must never become. */
  public static final class PlantedContext implements RunContext {
    List<String> shared = new ArrayList<>();
    private final RunStore store = RunStore.inMemory();

    RunStore store() {
      return store;
    }

    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public void progress(long done, long total) {
      shared.add(done + " of " + total);
    }
  }
}
