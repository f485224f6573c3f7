package dev.rsi.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.rsi.api.Cost;
import dev.rsi.api.Verdict;
import dev.rsi.core.report.GenerationReport;
import dev.rsi.core.report.RunEvent;
import java.io.InputStream;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

class EventJsonTest {
  private final EventJson json = new EventJson();

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void should_read_what_it_wrote(@ForAll("events") RunEvent event) {
    assertThat(json.read(json.write(event))).isEqualTo(event);
  }

  /** Chains of older files are over the text that Jackson's mapper wrote. */
  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void should_write_and_read_as_the_mapper_of_jackson_did(@ForAll("events") RunEvent event) {
    String text = Peer.MAPPER.writeValueAsString(event);
    EventJson.Row row = json.write(event);
    assertThat(row.body()).isEqualTo(text);
    assertThat(Peer.MAPPER.readValue(row.body(), event.getClass())).isEqualTo(event);
  }

  /** Every fixture that is left of older formats, event by event. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void should_read_and_write_the_rows_of_older_files_as_they_stand(
      int format, @TempDir Path directory) throws Exception {
    Path file = directory.resolve("run.db");
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("format-" + format + ".sqlite"))) {
      Files.copy(in, file);
    }
    int rows = 0;
    int same = 0;
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT generation, kind, body FROM event")) {
      while (found.next()) {
        String body = found.getString(3);
        EventJson.Row row = new EventJson.Row(found.getInt(1), found.getString(2), body);
        RunEvent event = json.read(row);
        // Older ones lack fields; what has all of them is written again byte by byte.
        assertThat(json.write(event).body()).isEqualTo(Peer.MAPPER.writeValueAsString(event));
        rows++;
        same += json.write(event).equals(row) ? 1 : 0;
      }
    }
    assertThat(rows).isGreaterThan(10);
    assertThat(same).isGreaterThan(format == 4 ? rows - 1 : rows / 2);
  }

  @Test
  void should_know_every_kind_of_event() {
    for (Class<?> type : RunEvent.class.getPermittedSubclasses()) {
      should_read_what_it_wrote((RunEvent) anyRecord(type).sample());
    }
  }

  /** A component that may be null was not there at first. */
  @Test
  void should_read_records_that_are_older_than_what_may_be_null() {
    for (Class<?> type : RunEvent.class.getPermittedSubclasses()) {
      RunEvent newer = (RunEvent) anyRecord(type, 1).sample();
      EventJson.Row row = json.write(newer);
      String body = row.body();
      for (RecordComponent component : type.getRecordComponents()) {
        body = body.replace(",\"" + component.getName() + "\":null", "");
      }
      assertThat(json.read(new EventJson.Row(row.generation(), row.kind(), body))).isEqualTo(newer);
    }
  }

  @Test
  void should_write_what_people_can_read() {
    EventJson.Row row = json.write(new RunEvent.Promoted(3, "old \u00e4", "new"));
    assertThat(row)
        .isEqualTo(
            new EventJson.Row(
                3, "promoted", "{\"generation\":3,\"from\":\"old \u00e4\",\"to\":\"new\"}"));
  }

  @Test
  void should_write_the_cost_of_an_attempt_only_where_there_is_one() {
    String before =
        "{\"generation\":1,\"stage\":\"SCOUT\",\"level\":2,\"task\":\"t\",\"seed\":3,"
            + "\"candidate\":\"c\",\"tokens\":4,\"outcome\":\"PASS\",\"score\":1.0,"
            + "\"reason\":\"\",\"critique\":null,\"comment\":null}";
    RunEvent.Attempted free = attempted(null, Cost.NONE);
    assertThat(json.write(free).body()).isEqualTo(before);
    assertThat(json.read(new EventJson.Row(1, "attempted", before))).isEqualTo(free);
    assertThat(json.write(attempted(new Cost(8, 9), null)).body())
        .isEqualTo(
            before.replace("null}", "null,\"verdictCost\":{\"tokensIn\":8,\"tokensOut\":9}}"));
  }

  @Test
  void should_write_costs_only_where_there_are_some_and_read_what_is_older() {
    // GIVEN records as they were before, and what is written now
    String probed =
        "{\"generation\":1,\"stream\":\"exam\",\"kind\":\"k\",\"version\":\"v\",\"probes\":[0],"
            + "\"numbers\":[1.0],\"answers\":[]}";
    String moved =
        "{\"generation\":1,\"step\":\"s\",\"day\":\"2026-02-28\",\"spent\":{\"tokens\":4},"
            + "\"advanced\":{},\"course\":{}}";
    RunEvent.Probed read =
        new RunEvent.Probed(1, "exam", "k", "v", List.of(0), List.of(1.0), List.of());
    RunEvent.BudgetMoved spent =
        new RunEvent.BudgetMoved(1, "s", "2026-02-28", Map.of("tokens", 4L), Map.of(), Map.of());
    // THEN the one is the other
    assertThat(json.write(read).body()).isEqualTo(probed);
    assertThat(json.read(new EventJson.Row(1, "probed", probed))).isEqualTo(read);
    assertThat(json.write(spent).body()).isEqualTo(moved);
    assertThat(json.read(new EventJson.Row(1, "budget-moved", moved))).isEqualTo(spent);
    // WHEN there is a cost THEN it has what there is of it
    Cost cost = new Cost(8, 9, 7, new BigDecimal("0.10"));
    String withCost = "{\"tokensIn\":8,\"tokensOut\":9,\"tokensCached\":7,\"money\":\"0.1\"}";
    RunEvent.Probed dear =
        new RunEvent.Probed(
            1, "exam", "k", "v", List.of(0), List.of(1.0), List.of(), cost, Cost.NONE);
    String body = probed.replace("[]}", "[],\"cost\":" + withCost + "}");
    assertThat(json.write(dear).body()).isEqualTo(body);
    assertThat(json.read(new EventJson.Row(1, "probed", body))).isEqualTo(dear);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"0.1\";\"-0.1\";money (-0.1)",
        "\"0.1\";\"1E+999999999\";money (1E+999999999)",
        "\"0.1\";\"much\";money (much)",
        "\"0.1\";0.1;money",
        "\"0.1\";\"00000000000000000000000000000000000000000\";money",
        "\"tokensCached\":7;\"tokensCached\":9;tokensCached (9)",
        "\"tokensIn\":8;\"tokensIn\":-8;tokensIn (-8)",
        "\"money\";\"gold\";gold"
      })
  void should_refuse_costs_that_are_none(String part, String forged, String named) {
    Cost cost = new Cost(8, 9, 7, new BigDecimal("0.10"));
    RunEvent.Probed dear =
        new RunEvent.Probed(1, "exam", "k", "v", List.of(), List.of(), List.of(), cost, cost);
    String body = json.write(dear).body().replace(part, forged);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> json.read(new EventJson.Row(1, "probed", body)))
        .withMessageContaining(named);
  }

  private static RunEvent.Attempted attempted(@Nullable Cost verdict, @Nullable Cost critique) {
    return new RunEvent.Attempted(
        1,
        RunEvent.Stage.SCOUT,
        2,
        "t",
        3,
        "c",
        4,
        Verdict.Outcome.PASS,
        1,
        "",
        null,
        null,
        verdict,
        critique,
        null,
        null);
  }

  @Test
  void should_refuse_what_it_did_not_write() {
    String body = json.write(new RunEvent.Promoted(3, "a", "b")).body();
    assertRefused("promoted", body.replace("}", ",\"more\":1}"), "more");
    assertRefused("promoted", body.replace(",\"to\":\"b\"", ""), "to");
    assertRefused("promoted", body.replace("3", "null"), "generation");
    assertRefused("promoted", body.replace("3", "4"), "(3)");
    assertRefused("promoted", body + body, "promoted");
    assertRefused("promoted", body.substring(0, body.length() - 3), "promoted");
    assertRefused("promoted", "", "promoted");
    assertRefused("promoted", "null", "(null)");
    assertRefused("promoted", body.replace("}", ",\"to\":\"b\"}"), "twice");
    assertRefused("promoted", body.replace("3", "3.0"), "generation");
    assertRefused("promoted", body.replace("3", "3000000000"), "generation");
    assertRefused("promoted", body.replace("\"b\"", "7"), "to");
    assertRefused("promoted", "[]", "promoted");
    assertRefused("gated", body, "gated");
    assertRefused("dreamt", body, "dreamt");
    assertRefused("java.lang.Runtime", body, "java.lang.Runtime");
  }

  @Test
  void should_refuse_to_write_a_name_that_nobody_could_read() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> json.write(new RunEvent.Described(1, "c", Map.of("half \ud83d", 1.0))))
        .withMessageContaining("surrogate")
        .withMessageContaining("described");
  }

  private void assertRefused(String kind, String body, String named) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> json.read(new EventJson.Row(3, kind, body)))
        .withMessageContaining(named);
  }

  @Provide
  Arbitrary<RunEvent> events() {
    return Arbitraries.of(RunEvent.class.getPermittedSubclasses())
        .flatMap(type -> anyRecord(type).map(RunEvent.class::cast));
  }

  /** Any value of a record, made of any values of its components. */
  private static Arbitrary<Object> anyRecord(Class<?> type) {
    return anyRecord(type, 0.3);
  }

  /** The same; what may be null is, with a probability. */
  private static Arbitrary<Object> anyRecord(Class<?> type, double nulls) {
    RecordComponent[] components = type.getRecordComponents();
    List<Arbitrary<Object>> values =
        Arrays.stream(components).map(each -> any(each.getAnnotatedType(), nulls)).toList();
    return Combinators.combine(values)
        .as(
            arguments -> {
              try {
                Class<?>[] types =
                    Arrays.stream(components)
                        .map(RecordComponent::getType)
                        .toArray(Class<?>[]::new);
                Constructor<?> constructor = type.getDeclaredConstructor(types);
                return constructor.newInstance(arguments.toArray());
              } catch (ReflectiveOperationException e) {
                throw new AssertionError(type.toString(), e);
              }
            });
  }

  private static Arbitrary<Object> any(AnnotatedType annotated) {
    return any(annotated, 0.3);
  }

  private static Arbitrary<Object> any(AnnotatedType annotated, double nulls) {
    Arbitrary<Object> values = anyNonNull(annotated).map(Object.class::cast);
    return annotated.isAnnotationPresent(Nullable.class) ? values.injectNull(nulls) : values;
  }

  // Names are written by programmers, values by models: half a pair is for values only.
  private static Arbitrary<String> names() {
    return Arbitraries.strings()
        .all()
        .ofMaxLength(8)
        .map(name -> name.replaceAll("\\p{Cs}", "\ud83d\ude00"));
  }

  private static Arbitrary<?> anyNonNull(AnnotatedType annotated) {
    Type type = annotated.getType();
    if (type instanceof ParameterizedType generic) {
      AnnotatedType[] of =
          ((AnnotatedParameterizedType) annotated).getAnnotatedActualTypeArguments();
      if (generic.getRawType() == Map.class) {
        return Arbitraries.maps(names(), any(of[1])).ofMaxSize(4);
      }
      return any(of[0]).list().ofMaxSize(3);
    }
    Class<?> raw = (Class<?>) type;
    if (raw == int.class || raw == Integer.class) {
      return Arbitraries.integers().greaterOrEqual(0);
    } else if (raw == boolean.class) {
      return Arbitraries.of(true, false);
    } else if (raw == long.class || raw == Long.class) {
      return Arbitraries.longs();
    } else if (raw == double.class) {
      return Arbitraries.doubles().between(0, 1).ofScale(12);
    } else if (raw == Double.class) {
      return Arbitraries.doubles()
          .withSpecialValue(Double.NaN)
          .withSpecialValue(Double.POSITIVE_INFINITY)
          .withSpecialValue(Double.NEGATIVE_INFINITY)
          .withSpecialValue(-0.0);
    } else if (raw == String.class) {
      return Arbitraries.strings().all().ofMaxLength(20);
    } else if (raw.isEnum()) {
      return Arbitraries.of(raw.getEnumConstants());
    }
    if (raw == Cost.class) {
      return anyCost();
    }
    return anyRecord(raw);
  }

  private static Arbitrary<Cost> anyCost() {
    Arbitrary<Long> tokens = Arbitraries.longs().greaterOrEqual(0);
    Arbitrary<BigDecimal> money =
        Arbitraries.longs().greaterOrEqual(0).injectNull(.5).map(EventJsonTest::billionths);
    return Combinators.combine(tokens, tokens, tokens, money)
        .as((in, out, cached, charged) -> new Cost(in, out, Math.min(in, cached), charged));
  }

  private static BigDecimal billionths(@Nullable Long units) {
    return units == null ? BigDecimal.ZERO : BigDecimal.valueOf(units, 9);
  }

  /** What wrote the files of rsi before its own writer did. */
  private static final class Peer {
    static final JsonMapper MAPPER =
        JsonMapper.builder(JsonFactory.builder().highestNonEscapedChar(0xD7FF).build())
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING)
            .disable(EnumFeature.READ_ENUMS_USING_TO_STRING)
            .addModule(
                new SimpleModule()
                    .addSerializer(Cost.class, new WritesCost())
                    .addDeserializer(Cost.class, new ReadsCost()))
            .addMixIn(RunEvent.Attempted.class, LeavesOut.class)
            .addMixIn(GenerationReport.class, LeavesOut.class)
            .addMixIn(RunEvent.Probed.class, LeavesOut.class)
            .addMixIn(RunEvent.Replied.class, LeavesOut.class)
            .addMixIn(RunEvent.Trained.class, LeavesOut.class)
            .addMixIn(RunEvent.BudgetMoved.class, LeavesOut.class)
            .addMixIn(RunEvent.ProbesCommitted.class, LeavesOut.class)
            .addMixIn(GenerationReport.Practised.class, LeavesOut.class)
            .addMixIn(RunEvent.Screened.class, LeavesOut.class)
            .addMixIn(RunEvent.Faulted.class, LeavesOut.class)
            .build();

    /** A cost had tokens alone then; what it has beside them is left out where there is none. */
    private static final class WritesCost extends ValueSerializer<Cost> {
      @Override
      public void serialize(Cost cost, JsonGenerator to, SerializationContext context) {
        to.writeStartObject();
        to.writeNumberProperty("tokensIn", cost.tokensIn());
        to.writeNumberProperty("tokensOut", cost.tokensOut());
        if (cost.tokensCached() > 0) {
          to.writeNumberProperty("tokensCached", cost.tokensCached());
        }
        if (cost.money().signum() > 0) {
          to.writeStringProperty("money", cost.money().toPlainString());
        }
        to.writeEndObject();
      }
    }

    private static final class ReadsCost extends ValueDeserializer<Cost> {
      @Override
      public Cost deserialize(JsonParser from, DeserializationContext context) {
        JsonNode cost = context.readTree(from);
        return new Cost(
            cost.path("tokensIn").asLong(),
            cost.path("tokensOut").asLong(),
            cost.path("tokensCached").asLong(0),
            new BigDecimal(cost.path("money").asString("0")));
      }
    }

    /** What came after that writer is left out where it is null. */
    private interface LeavesOut {
      @JsonInclude(JsonInclude.Include.NON_NULL)
      String text();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      GenerationReport.Practised practised();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      GenerationReport.Supplied supplied();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      GenerationReport.Proposed proposed();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      Double meanScore();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      String why();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      String where();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      Cost outputCost();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      Cost verdictCost();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      Cost critiqueCost();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      Cost cost();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      Cost judgesCost();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      String draft();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      Map<String, String> provenance();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      Map<String, Cost> used();

      @JsonInclude(JsonInclude.Include.NON_NULL)
      Integer together();
    }
  }
}
