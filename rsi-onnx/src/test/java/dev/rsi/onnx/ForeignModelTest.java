package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.rsi.api.RsiException;
import dev.rsi.lm.Device;
import dev.rsi.lm.SavedRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models that cannot be run are refused with what is wrong with them. */
class ForeignModelTest {

  private static byte[] sound() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", ElementType.FLOAT, Shape.of(Dim.symbol("n"), Dim.of(2)));
    Value w = g.initializer("w", Shape.of(2, 2), 1, 2, 3, 4);
    g.output("y", g.softmax(g.matMul(x, w)));
    return g.build();
  }

  @Test
  void should_name_an_operator_that_the_runtime_does_not_have() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", ElementType.FLOAT, Shape.of(2));
    g.output("y", g.node("", "NoSuch", Map.of(), List.of(x)).emit(x.type(), x.shape()));
    assertThatThrownBy(() -> GraphSession.of(g.build(), Device.cpu()))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("No Op registered for NoSuch")
        .hasMessageContaining("Node, (\"NoSuch_0\"");
  }

  @Test
  void should_name_an_operator_set_that_is_too_new() throws Exception {
    ModelProto.Builder model = ModelProto.parseFrom(sound()).toBuilder();
    model.getOpsetImportBuilder(0).setVersion(99);
    assertThatThrownBy(() -> GraphSession.of(model.build().toByteArray(), Device.cpu()))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("99");
  }

  @Test
  void should_name_external_data_that_is_missing() throws Exception {
    ModelProto.Builder model = ModelProto.parseFrom(sound()).toBuilder();
    TensorProto.Builder weight = model.getGraphBuilder().getInitializerBuilder(0);
    weight.clearRawData().setDataLocation(TensorProto.DataLocation.EXTERNAL);
    weight.addExternalData(
        StringStringEntryProto.newBuilder().setKey("location").setValue("nowhere.bin"));
    assertThatThrownBy(() -> GraphSession.of(model.build().toByteArray(), Device.cpu()))
        .isInstanceOf(RsiException.class)
        .hasMessageContaining("nowhere.bin");
  }

  @Test
  void should_refuse_or_run_damaged_models_and_live_on() {
    byte[] sound = sound();
    long seed = 20_261_125;
    SavedRandom random = new SavedRandom(seed);
    int refused = 0;
    for (int i = 0; i < 400; i++) {
      byte[] damaged = sound.clone();
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      if (i % 4 == 0) {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      }
      try (GraphSession session = GraphSession.of(damaged, Device.cpu())) {
        assertThat(session.outputNames()).isNotNull();
      } catch (RsiException e) {
        assertThat(e).as("seed %d", seed).hasMessageContaining("could not load a model");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
    GraphSession.of(sound, Device.cpu()).close();
  }
}
