package dev.rsi.onnx;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The graphs that try the members of a population, and that add up their directions.
 *
 * <p>A low-rank direction of a matrix [outputs, inputs] is A'B with A [rank, outputs] and B [rank,
 * inputs]; the noise of a member is A and B of every matrix in turn, as one row.
 */
final class PopulationGraphs {
  private static final Dim MEMBERS = Dim.symbol("members");

  private final GraphBuilder g = new GraphBuilder();
  private final DecoderConfig config;
  private final Map<String, Value> parameters = new HashMap<>();

  private PopulationGraphs(DecoderConfig config) {
    this.config = config;
  }

  /** The matrices that a low-rank direction moves: all but the tables of embeddings. */
  static List<Parameter> matrices(DecoderConfig config) {
    return config.parameters().stream()
        .filter(parameter -> parameter.shape().size() == 2)
        .filter(parameter -> !parameter.name().startsWith("embed."))
        .filter(parameter -> !parameter.name().startsWith("positions."))
        .toList();
  }

  /** How many numbers the noise of a member has. */
  static int noiseSize(DecoderConfig config, int rank) {
    int size = 0;
    for (Parameter matrix : matrices(config)) {
      int sides = Math.addExact(matrix.shape().get(0), matrix.shape().get(1));
      size = Math.addExact(size, Math.multiplyExact(rank, sides));
    }
    return size;
  }

  /**
   * Tries one member.
   *
   * <p>Inputs: "ids", "positions" [rows, length], "targets" [rows, answer], and every parameter
   * under its name. Output: "fitness" [1].
   */
  static byte[] member(DecoderConfig config, Population.Fitness fitness) {
    PopulationGraphs graphs = new PopulationGraphs(config);
    return graphs.fitness(graphs.parameters::get, Dim.ONE, fitness);
  }

  /**
   * Tries all members at once, on the same rows.
   *
   * <p>Inputs: those of {@link #member}, and "noise" [members, noise]. Output: "fitness" [members].
   */
  static byte[] members(DecoderConfig config, int rank, Population.Fitness fitness) {
    PopulationGraphs graphs = new PopulationGraphs(config);
    Map<String, Noise> noise = graphs.noise(rank);
    DecoderWeights weights =
        new DecoderWeights() {
          @Override
          public Value apply(String name) {
            return Objects.requireNonNull(graphs.parameters.get(name), name);
          }

          @Override
          public List<Layer> layers(GraphBuilder g, String name, long... outputs) {
            return graphs.layers(
                apply(name), Objects.requireNonNull(noise.get(name), name), outputs);
          }
        };
    return graphs.fitness(weights, MEMBERS, fitness);
  }

  /**
   * Adds up directions.
   *
   * <p>Inputs: "noise" [members, noise] and "factors" [members]. Outputs: "sum:NAME" for every
   * matrix: the members' A'B, each times its factor.
   */
  static byte[] combination(DecoderConfig config, int rank) {
    PopulationGraphs graphs = new PopulationGraphs(config);
    GraphBuilder g = graphs.g;
    Map<String, Noise> noise = graphs.noise(rank);
    Value factors = g.input("factors", ElementType.FLOAT, Shape.of(MEMBERS));
    Value column = g.reshape(factors, Shape.of(MEMBERS, Dim.ONE, Dim.ONE));
    Dim rows = MEMBERS.times(Dim.of(rank));
    for (Parameter matrix : matrices(config)) {
      Noise own = Objects.requireNonNull(noise.get(matrix.name()));
      Value a = g.reshape(g.mul(own.a, column), Shape.of(rows, own.a.shape().dim(2)));
      Value b = g.reshape(own.b, Shape.of(rows, own.b.shape().dim(2)));
      g.output("sum:" + matrix.name(), g.matMul(a, b, true, false, 1));
    }
    return g.build();
  }

  /** A [members, rank, outputs] and B [members, rank, inputs] of one matrix. */
  private record Noise(Value a, Value b) {}

  private Map<String, Noise> noise(int rank) {
    Value packed =
        g.input("noise", ElementType.FLOAT, Shape.of(MEMBERS, Dim.of(noiseSize(config, rank))));
    List<Parameter> matrices = matrices(config);
    long[] sizes = new long[2 * matrices.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = (long) rank * matrices.get(i / 2).shape().get(i % 2);
    }
    List<Value> parts = g.split(packed, 1, sizes);
    Map<String, Noise> noise = new HashMap<>();
    for (int i = 0; i < matrices.size(); i++) {
      Parameter matrix = matrices.get(i);
      List<Value> sides = new ArrayList<>();
      for (int side = 0; side < 2; side++) {
        sides.add(
            g.reshape(
                parts.get(2 * i + side),
                Shape.of(MEMBERS, Dim.of(rank), Dim.of(matrix.shape().get(side)))));
      }
      noise.put(matrix.name(), new Noise(sides.get(0), sides.get(1)));
    }
    return noise;
  }

  /** x W' for all members together, and x B'A for each of them. */
  private List<DecoderWeights.Layer> layers(Value weight, Noise noise, long... outputs) {
    List<Value> parts = g.split(weight, 0, outputs);
    List<Value> sides = g.split(noise.a, 2, outputs);
    List<DecoderWeights.Layer> layers = new ArrayList<>();
    for (int i = 0; i < outputs.length; i++) {
      Value part = parts.get(i);
      Value a = sides.get(i);
      layers.add((x, bias) -> layer(x, part, bias, a, noise.b));
    }
    return layers;
  }

  private Value layer(Value x, Value weight, @Nullable Value bias, Value a, Value b) {
    Value flat = g.reshape(x, Shape.of(x.shape().leading(1).elements(), x.shape().dim(2)));
    Dim places = DecoderGraph.ROWS.times(x.shape().dim(1));
    Value perMember = g.reshape(x, Shape.of(MEMBERS, places, x.shape().dim(2)));
    Value own = g.matMul(g.matMul(perMember, b, false, true, 1), a);
    Shape result = flat.shape().with(1, a.shape().dim(2));
    Value added = g.reshape(bias == null ? own : g.add(own, bias), result);
    // The product is added to what is there: one pass over the result less.
    List<@Nullable Value> inputs = new ArrayList<>(List.of(flat, weight, added));
    Value all = g.node("", "Gemm", Map.of("transB", 1L), inputs).emit(ElementType.FLOAT, result);
    return g.reshape(all, x.shape().with(2, a.shape().dim(2)));
  }

  private byte[] fitness(DecoderWeights weights, Dim members, Population.Fitness fitness) {
    for (Parameter parameter : config.parameters()) {
      long[] sizes = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
      parameters.put(
          parameter.name(), g.input(parameter.name(), ElementType.FLOAT, Shape.of(sizes)));
    }
    Dim rows = DecoderGraph.ROWS;
    Value ids = repeated("ids", DecoderGraph.LENGTH, members);
    Value positions = repeated("positions", DecoderGraph.LENGTH, members);
    Value targets = repeated("targets", TrainGraphs.ANSWER, members);
    int headSize = config.hiddenSize() / config.heads();
    Value logits =
        new DecoderGraph(g, config, weights, ids, positions, headSize).logits(TrainGraphs.ANSWER);
    Value each =
        fitness == Population.Fitness.LOG_PROBABILITY
            ? DecoderGraph.logProbabilities(g, logits, targets)
            : right(logits, targets);
    Value perMember = g.reshape(each, Shape.of(members, rows.times(TrainGraphs.ANSWER)));
    g.output("fitness", g.mean(perMember, false, 1));
    return g.build();
  }

  /** An input [rows, n] once for each member, [members * rows, n]. */
  private Value repeated(String name, Dim n, Dim members) {
    Dim rows = DecoderGraph.ROWS;
    Value once = g.input(name, ElementType.INT64, Shape.of(rows, n));
    Value all = g.expand(g.reshape(once, Shape.of(Dim.ONE, rows, n)), Shape.of(members, rows, n));
    return g.reshape(all, Shape.of(members.times(rows), n));
  }

  /** 1 where the target is the likeliest token, the first of equals, else 0. */
  private Value right(Value logits, Value targets) {
    Map<String, Object> lastAxis = Map.of("axis", -1L, "keepdims", 0L);
    List<@Nullable Value> given = new ArrayList<>(List.of(logits));
    Value likeliest =
        g.node("", "ArgMax", lastAxis, given).emit(ElementType.INT64, targets.shape());
    List<@Nullable Value> both = new ArrayList<>(List.of(likeliest, targets));
    Value equal = g.node("", "Equal", Map.of(), both).emit(ElementType.BOOL, targets.shape());
    return g.cast(equal, ElementType.FLOAT);
  }
}
