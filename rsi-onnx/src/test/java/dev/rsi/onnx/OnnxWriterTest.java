package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The written bytes, judged by ONNX's own classes. */
class OnnxWriterTest {

  @Test
  void should_write_what_onnx_reads() throws Exception {
    GraphBuilder g = new GraphBuilder();
    Dim rows = Dim.symbol("rows");
    Value x = g.input("x", ElementType.FLOAT, Shape.of(rows, Dim.of(3)));
    Value w = g.initializer("w", Shape.of(2, 3), 1, 2, 3, 4, -5.5f, 6);
    Value product = g.matMul(x, w, false, true, 0.5f);
    g.output("y", product);
    g.output("same", product);
    g.output("turned", g.transpose(product, 1, 0));
    byte[] bytes = g.build(Map.of("version", "abc", "lineage", "é"));

    ModelProto model = ModelProto.parseFrom(bytes);
    assertThat(model.toByteArray()).as("written again by ONNX's classes").hasSameSizeAs(bytes);
    assertThat(model.getUnknownFields().asMap()).isEmpty();
    assertThat(model.getIrVersion()).isEqualTo(OnnxWriter.IR_VERSION);
    assertThat(model.getOpsetImportList())
        .extracting(OnnxMl.OperatorSetIdProto::getDomain, OnnxMl.OperatorSetIdProto::getVersion)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("", (long) OnnxWriter.OPSET),
            org.assertj.core.groups.Tuple.tuple("com.microsoft", 1L));
    assertThat(model.getMetadataPropsList())
        .extracting(OnnxMl.StringStringEntryProto::getKey, OnnxMl.StringStringEntryProto::getValue)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("version", "abc"),
            org.assertj.core.groups.Tuple.tuple("lineage", "é"));

    OnnxMl.GraphProto graph = model.getGraph();
    TensorProto weights = graph.getInitializer(0);
    assertThat(weights.getName()).isEqualTo("w");
    assertThat(weights.getDimsList()).containsExactly(2L, 3L);
    assertThat(weights.getDataType()).isEqualTo(TensorProto.DataType.FLOAT_VALUE);
    assertThat(weights.getRawData().asReadOnlyByteBuffer().order(java.nio.ByteOrder.LITTLE_ENDIAN))
        .satisfies(data -> assertThat(data.getFloat(16)).isEqualTo(-5.5f));
    List<TensorShapeProto.Dimension> dims =
        graph.getInput(0).getType().getTensorType().getShape().getDimList();
    assertThat(dims.get(0).getDimParam()).isEqualTo("rows");
    assertThat(dims.get(1).getDimValue()).isEqualTo(3);

    OnnxMl.NodeProto fused = graph.getNode(0);
    assertThat(fused.getOpType()).isEqualTo("FusedMatMul");
    assertThat(fused.getDomain()).isEqualTo("com.microsoft");
    assertThat(fused.getInputList()).containsExactly("x", "w");
    assertThat(fused.getOutputList()).containsExactly("y");
    assertThat(attribute(fused, "alpha").getF()).isEqualTo(0.5f);
    assertThat(attribute(fused, "alpha").getType()).isEqualTo(AttributeProto.AttributeType.FLOAT);
    assertThat(attribute(fused, "transB").getI()).isEqualTo(1);
    assertThat(attribute(graph.getNode(1), "perm").getIntsList()).containsExactly(1L, 0L);
    assertThat(graph.getOutputList())
        .extracting(OnnxMl.ValueInfoProto::getName)
        .containsExactly("y", "same", "turned");
  }

  @Test
  void should_write_the_same_bytes_for_the_same_graph() {
    assertThat(squares().build()).isEqualTo(squares().build());
  }

  @Test
  void should_write_numbers_of_every_size() throws Exception {
    for (long number : new long[] {0, 1, 127, 128, 300, 1L << 40, -1, Long.MIN_VALUE}) {
      GraphBuilder g = new GraphBuilder();
      g.output("y", g.add(g.integer(number), g.integer(number)));
      byte[] data =
          ModelProto.parseFrom(g.build()).getGraph().getInitializer(0).getRawData().toByteArray();
      assertThat(java.nio.ByteBuffer.wrap(data).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong())
          .isEqualTo(number);
      byte[] wire = new Wire().number(1, number).toBytes();
      assertThat(ModelProto.parseFrom(wire).getIrVersion()).isEqualTo(number);
    }
  }

  private static GraphBuilder squares() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", ElementType.FLOAT, Shape.of(Dim.symbol("n")));
    g.output("y", g.softmax(g.mul(x, x)));
    return g;
  }

  private static AttributeProto attribute(OnnxMl.NodeProto node, String name) {
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
