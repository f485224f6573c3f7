package dev.rsi.examples.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.Externalizable;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.security.SecureRandom;
import java.text.Collator;
import java.text.DecimalFormat;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.text.SimpleDateFormat;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Formatter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {

  private static final String API = "dev.rsi.api..";
  private static final String CORE = "dev.rsi.core..";
  private static final String MICROMETER = "dev.rsi.core.micrometer..";
  private static final String LM = "dev.rsi.lm..";
  private static final String DJL = "dev.rsi.djl..";
  private static final String ONNX = "dev.rsi.onnx..";
  private static final String TESTKIT = "dev.rsi.testkit..";
  private static final String EXAMPLES = "dev.rsi.examples..";
  private static final String[] JDK = {"java..", "javax..", "jdk.."};
  private static final String JSPECIFY = "org.jspecify..";

  /** Its tokens alone: the mapper shares a jar with the Jackson 2 of applications. */
  private static final String[] JACKSON = {"tools.jackson.core.."};

  /** What ours mentions without depending on it: arrays of primitives, void and the like. */
  private static final DescribedPredicate<JavaClass> PRIMITIVE =
      new DescribedPredicate<>("primitive") {
        @Override
        public boolean test(JavaClass type) {
          return type.getBaseComponentType().isPrimitive();
        }
      };

  private static JavaClasses ours;

  @BeforeAll
  static void read() {
    ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.rsi");
  }

  @Test
  void should_find_every_module_that_the_rules_are_about() {
    assertThat(locations().values().stream().flatMap(Set::stream).collect(Collectors.toSet()))
        .as("places that classes were read from; without them the rules below check nothing")
        .hasSizeGreaterThanOrEqualTo(1);
    assertThat(ours.containPackage("dev.rsi.api")).isTrue();
    assertThat(ours.containPackage("dev.rsi.core")).isTrue();
  }

  // The arrows.

  @Test
  void should_let_api_see_the_jdk_and_jspecify_only() {
    sees(API, JDK, JSPECIFY);
  }

  @Test
  void should_let_core_see_api_and_its_listed_libraries_only() {
    sees(
        CORE,
        JDK,
        "com.sun.management", // the JDK's own, and open to all: the processor time of the process
        JSPECIFY,
        API,
        "com.google.common..",
        "org.slf4j..",
        JACKSON,
        "org.apache.commons.statistics..",
        "org.apache.commons.numbers..",
        "org.sqlite..",
        "io.micrometer..");
  }

  @Test
  void should_let_its_own_package_alone_see_micrometer() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(MICROMETER, EXAMPLES)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer..")
            .because("an application without Micrometer must not miss it"));
  }

  @Test
  void should_let_lm_see_api_and_jackson_only() {
    sees(LM, JDK, JSPECIFY, API, JACKSON);
  }

  @Test
  void should_let_djl_see_api_lm_and_its_engine_only() {
    sees(DJL, JDK, JSPECIFY, API, LM, "org.slf4j..", "ai.djl..");
  }

  @Test
  void should_let_onnx_see_api_lm_and_its_runtime_only() {
    sees(ONNX, JDK, JSPECIFY, API, LM, "org.slf4j..", "ai.onnxruntime..");
  }

  @Test
  void should_let_testkit_see_public_modules_and_test_libraries_only() {
    String[] tests = {"org.junit.jupiter.api..", "org.assertj.."};
    sees("dev.rsi.testkit", JDK, JSPECIFY, API, CORE, tests);
    sees("dev.rsi.testkit.lm..", JDK, JSPECIFY, API, LM, JACKSON, tests);
  }

  @Test
  void should_keep_each_engine_inside_its_backend() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(DJL)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..")
            .because("only dev.rsi.djl knows DJL; Generator and Trainer are the seam"));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(ONNX)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.onnxruntime..")
            .because("only dev.rsi.onnx knows ONNX Runtime"));
  }

  @Test
  void should_let_the_store_alone_see_sql() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.rsi.core.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..")
            .because("a run is recorded through RunStore and nothing else"));
  }

  @Test
  void should_let_the_store_in_a_file_alone_see_its_driver() {
    check(
        noClasses()
            .that(not("the store in a file", type -> type.getName().contains(".store.Sqlite")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.sqlite..")
            .because("the driver may be left out by whoever records elsewhere"));
  }

  @Test
  void should_keep_internal_packages_to_their_own_module() {
    List<String> trespasses = new ArrayList<>();
    for (JavaClass type : ours) {
      type.getDirectDependenciesFromSelf().stream()
          .filter(use -> (use.getTargetClass().getPackageName() + ".").contains(".internal."))
          .filter(use -> use.getTargetClass().getPackageName().startsWith("dev.rsi."))
          .filter(use -> !module(use.getTargetClass()).equals(module(type)))
          .forEach(use -> trespasses.add(use.getDescription()));
    }
    assertThat(trespasses).as("uses of another module's internal package").isEmpty();
  }

  @Test
  void should_keep_every_package_in_one_jar() {
    Map<String, Set<String>> split = new TreeMap<>(locations());
    split.values().removeIf(places -> places.size() < 2);
    assertThat(split).as("packages that live in two jars").isEmpty();
  }

  // The surface.

  @ParameterizedTest
  @CsvSource({"dev.rsi.api, 39", "dev.rsi.core, 47", "dev.rsi.djl, 6", "dev.rsi.onnx, 6"})
  void should_keep_the_surface_small(String root, int limit) {
    Set<String> surface =
        exposed().stream()
            .filter(type -> (type.getPackageName() + ".").startsWith(root + "."))
            .filter(JavaClass::isTopLevelClass)
            .map(JavaClass::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(surface)
        .as("public types of %s: make one package-private, or move it to internal", root)
        .hasSizeLessThanOrEqualTo(limit);
  }

  @ParameterizedTest
  @CsvSource({
    "dev.rsi.lm, 14",
    "dev.rsi.lm.spi, 16",
    "dev.rsi.lm.chat, 4",
    "dev.rsi.lm.token, 2",
    "dev.rsi.lm.gguf, 3"
  })
  void should_keep_the_surface_of_a_package_small(String name, int limit) {
    Set<String> surface =
        exposed().stream()
            .filter(type -> type.getPackageName().equals(name))
            .filter(JavaClass::isTopLevelClass)
            .map(JavaClass::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(surface)
        .as("public types of %s: make one package-private, or move it to internal", name)
        .hasSizeLessThanOrEqualTo(limit);
  }

  @Test
  void should_keep_what_users_of_models_see_apart_from_what_backends_are_made_of() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                "dev.rsi.lm", "dev.rsi.lm.chat", "dev.rsi.lm.token", "dev.rsi.lm.gguf")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.rsi.lm.spi..")
            .because("a user of language models must not meet what backends are made of"));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.rsi.lm.internal..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.rsi.lm", "dev.rsi.lm.spi..")
            .because("what both share knows neither"));
  }

  @Test
  void should_show_no_third_party_type_in_a_public_signature() {
    DescribedPredicate<JavaClass> foreign =
        resideOutsideOfPackages("java..", "javax..", "dev.rsi..")
            .and(DescribedPredicate.not(PRIMITIVE));
    List<String> leaks = new ArrayList<>();
    for (JavaClass type : exposed()) {
      if (resideInAnyPackage(DJL, MICROMETER, EXAMPLES).test(type)) {
        continue;
      }
      for (JavaCodeUnit unit : type.getCodeUnits()) {
        boolean open =
            unit.getModifiers().contains(JavaModifier.PUBLIC)
                || unit.getModifiers().contains(JavaModifier.PROTECTED);
        if (open && !unit.getModifiers().contains(JavaModifier.SYNTHETIC)) {
          Set<JavaClass> named = new HashSet<>(unit.getReturnType().getAllInvolvedRawTypes());
          unit.getParameterTypes().forEach(p -> named.addAll(p.getAllInvolvedRawTypes()));
          named.stream()
              .filter(foreign)
              .forEach(found -> leaks.add(unit.getFullName() + " shows " + found.getName()));
        }
      }
    }
    assertThat(leaks).isEmpty();
  }

  // Habits.

  @Test
  void should_not_use_java_serialization() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ObjectInputStream.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ObjectOutputStream.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Externalizable.class));
    check(
        classes()
            .that()
            .areNotEnums()
            .and()
            .areNotAssignableTo(Throwable.class)
            .and(not("lambdas", JavaClass::isAnonymousClass))
            .should()
            .notBeAssignableTo(Serializable.class)
            .because("stored formats are ours, each with a version"));
  }

  @Test
  void should_not_write_to_the_console() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(EXAMPLES)
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(Throwable.class, "printStackTrace")
            .because("a library logs through SLF4J and leaves the terminal to the application"));
  }

  @Test
  void should_take_time_randomness_and_surroundings_from_outside() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(API, CORE)
            .and(not("ids of stores", type -> type.getSimpleName().equals("StoreIds")))
            // Whoever sends a request must not know which version answers it.
            .and(not("secret draws", type -> type.getSimpleName().equals("SecretSeed")))
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callConstructor(Random.class)
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ThreadLocalRandom.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(SecureRandom.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ServiceLoader.class)
            .because("clock, seed and parts are passed in, so that a run repeats from its seed"));
  }

  @Test
  void should_have_no_static_field_that_is_not_final() {
    check(
        fields()
            .that()
            .areDeclaredInClassesThat(resideInAnyPackage(API, CORE, LM, DJL, ONNX, TESTKIT))
            .and()
            .areStatic()
            .and()
            .doNotHaveModifier(JavaModifier.SYNTHETIC)
            .should()
            .beFinal());
  }

  @Test
  void should_hold_nothing_mutable_in_a_static_field() throws IllegalAccessException {
    List<String> mutable = new ArrayList<>();
    for (JavaClass type : ours.that(resideInAnyPackage(API, CORE))) {
      if (type.getSimpleName().endsWith("-info")) {
        continue;
      }
      for (Field field : type.reflect().getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
          field.setAccessible(true);
          Object value = field.get(null);
          String name = type.getName() + "." + field.getName();
          if (value != null && StaticValues.mutable(value)) {
            mutable.add(name + " is " + value.getClass());
          }
        }
      }
    }
    assertThat(mutable).as("static fields of mutable content").isEmpty();
  }

  /** Which values may not stand in a static field. */
  private static final class StaticValues {
    static boolean mutable(Object value) {
      Class<?> type = value.getClass();
      if (value instanceof Collection || value instanceof Map) {
        return !type.getName().startsWith("java.util.ImmutableCollections")
            && !type.getName().startsWith("java.util.Collections$")
            && !type.getName().startsWith("com.google.common.collect.");
      }
      return type.isArray()
          || type.getName().startsWith("java.util.concurrent.atomic.")
          || value instanceof ThreadLocal
          || value instanceof RandomGenerator
          || value instanceof CharSequence && !(value instanceof String)
          || value instanceof java.util.Date;
    }
  }

  /** Digits, decimal points, cases and orders are those of no user's language unless asked for. */
  @Test
  void should_take_nothing_from_the_locale_of_the_machine() {
    List<String> uses = new ArrayList<>();
    ours.that(resideOutsideOfPackages(EXAMPLES)).forEach(type -> uses.addAll(Locales.of(type)));
    assertThat(uses).as("calls that depend on the default locale; say Locale.ROOT").isEmpty();
  }

  @Test
  void should_find_every_planted_use_of_the_locale() {
    JavaClass planted = new ClassFileImporter().importClass(PlantedLocales.class);
    assertThat(Locales.of(planted)).hasSize(PlantedLocales.USES);
  }

  /** One use a line. */
  @SuppressWarnings({"unused", "StringCaseLocaleUsage", "AnnotateFormatMethod"})
  private static final class PlantedLocales {
    static final int USES = 17;

    static List<Object> uses(String text, java.io.PrintStream out, java.io.PrintWriter writer) {
      Function<String, String> upper = String::toUpperCase;
      out.printf("%d", 1);
      writer.format("%d", 1);
      return List.of(
          upper,
          String.format("%d", 1),
          "%d".formatted(1),
          text.toLowerCase(),
          text.toUpperCase(),
          new Formatter().format("%d", 1),
          new Formatter(new StringBuilder()),
          new DecimalFormat("0.0"),
          NumberFormat.getInstance(),
          NumberFormat.getPercentInstance(),
          MessageFormat.format("{0}", 1),
          DateTimeFormatter.ofPattern("MMM"),
          Collator.getInstance(),
          new SimpleDateFormat("MMM"),
          Locale.getDefault());
    }

    /** None of these is one. */
    static List<Object> others(String text) {
      return List.of(
          String.format(Locale.ROOT, "%d", 1),
          text.toLowerCase(Locale.ROOT),
          Character.toLowerCase('a'),
          new Formatter(Locale.ROOT).format("%d", 1),
          NumberFormat.getInstance(Locale.ROOT),
          DateTimeFormatter.ofPattern("MMM", Locale.ROOT),
          DateTimeFormatter.ISO_INSTANT,
          Integer.toString(1));
    }
  }

  /** What depends on the default locale: the JDK's methods that have a sibling which takes one. */
  private static final class Locales {
    private static final Set<String> FORMATS = Set.of("format", "printf", "formatted");
    private static final Set<String> CASES = Set.of("toLowerCase", "toUpperCase");
    private static final Set<String> OF_TEXT =
        Set.of(
            "java.text.DecimalFormat",
            "java.text.DecimalFormatSymbols",
            "java.text.NumberFormat",
            "java.text.MessageFormat",
            "java.text.ChoiceFormat",
            "java.text.SimpleDateFormat",
            "java.text.DateFormat",
            "java.text.Collator",
            "java.text.BreakIterator");

    static List<String> of(JavaClass type) {
      return Stream.concat(
              type.getCodeUnitCallsFromSelf().stream(),
              type.getCodeUnitReferencesFromSelf().stream())
          .filter(use -> asks(use.getTarget()))
          .map(use -> use.getDescription())
          .toList();
    }

    private static boolean asks(AccessTarget.CodeUnitAccessTarget target) {
      String owner = target.getOwner().getName();
      String name = target.getName();
      boolean made = name.equals("<init>") || name.startsWith("get") && name.endsWith("Instance");
      if (target.getRawParameterTypes().stream().anyMatch(p -> p.isEquivalentTo(Locale.class))) {
        return false;
      }
      return switch (owner) {
        case "java.lang.String" -> FORMATS.contains(name) || CASES.contains(name);
        case "java.io.PrintStream", "java.io.PrintWriter", "java.io.Console" ->
            FORMATS.contains(name);
        case "java.util.Formatter", "java.util.Scanner" -> made;
        case "java.util.Locale" -> name.equals("getDefault");
        case "java.time.format.DateTimeFormatter" -> name.startsWith("of");
        case "java.time.format.DateTimeFormatterBuilder" -> name.equals("toFormatter");
        default ->
            OF_TEXT.contains(owner)
                && (made || name.equals("format") && owner.equals("java.text.MessageFormat"));
      };
    }
  }

  private static void sees(String who, Object... allowed) {
    List<String> packages = new ArrayList<>(List.of(who));
    for (Object some : allowed) {
      packages.addAll(some instanceof String[] many ? List.of(many) : List.of((String) some));
    }
    check(
        classes()
            .that()
            .resideInAPackage(who)
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(packages.toArray(String[]::new)).or(PRIMITIVE)));
  }

  /** A module that has no classes yet breaks no rule. */
  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(ours);
  }

  /** Public types in packages that users see. */
  private static List<JavaClass> exposed() {
    return ours.stream()
        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
        .filter(type -> !(type.getPackageName() + ".").contains(".internal."))
        .toList();
  }

  private static DescribedPredicate<JavaClass> not(String what, Predicate<JavaClass> predicate) {
    return new DescribedPredicate<>("are not " + what) {
      @Override
      public boolean test(JavaClass type) {
        return !predicate.test(type);
      }
    };
  }

  /** {@code dev.rsi.core} of {@code dev.rsi.core.gate}. */
  private static String module(JavaClass type) {
    String[] parts = type.getPackageName().split("\\.");
    return parts.length < 3
        ? type.getPackageName()
        : String.join(".", List.of(parts).subList(0, 3));
  }

  /** The jars or folders that each package's classes come from. */
  private static Map<String, Set<String>> locations() {
    Map<String, Set<String>> places = new TreeMap<>();
    for (JavaClass type : ours) {
      URI source = type.getSource().orElseThrow().getUri();
      String place = source.toString();
      int inside = place.indexOf("!/");
      String file = type.getName().replace('.', '/') + ".class";
      place = inside >= 0 ? place.substring(0, inside) : place.replace(file, "");
      places.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>()).add(place);
    }
    return places;
  }
}
