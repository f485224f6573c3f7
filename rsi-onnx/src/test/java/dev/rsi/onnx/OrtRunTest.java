package dev.rsi.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rsi.api.CancelledException;
import dev.rsi.lm.Device;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A graph that does not end by itself ends with the call that runs it. */
@Timeout(60)
class OrtRunTest {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int BOOL = 9;

  /** More than anybody waits for. */
  private static final long ENDLESS = 1L << 62;

  @Test
  void should_end_a_loop_when_its_thread_is_interrupted() throws Exception {
    try (GraphSession session = GraphSession.of(looping(), Device.cpu());
        DirectTensor rounds = DirectTensor.of(new long[] {ENDLESS}, 1);
        DirectTensor number = DirectTensor.allocate(ElementType.FLOAT, 1);
        DirectTensor result = DirectTensor.allocate(ElementType.FLOAT, 1)) {
      interrupted(
          () -> {
            session.run(Map.of("rounds", rounds, "number", number), Map.of("result", result));
            return "over";
          });
      // The session is as good as before.
      try (DirectTensor few = DirectTensor.of(new long[] {3}, 1)) {
        number.floats().put(0, 2);
        session.run(Map.of("rounds", few, "number", number), Map.of("result", result));
        assertThat(result.toFloats()).containsExactly(16);
      }
    }
  }

  @Test
  void should_end_an_encoder_that_loops_even_while_it_is_opened() throws Exception {
    byte[] model = encoder();
    interrupted(() -> EncoderModel.of(model, null, Device.cpu(), new int[] {1, 2}));
  }

  /** Interrupts a thread at work, which then ends as cancelled, and stays interrupted. */
  private static void interrupted(Supplier<Object> work) throws Exception {
    CompletableFuture<Object> made = new CompletableFuture<>();
    CompletableFuture<Boolean> stays = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                made.complete(work.get());
              } catch (Throwable e) {
                made.completeExceptionally(e);
              }
              stays.complete(Thread.currentThread().isInterrupted());
            });
    thread.start();
    while (Arrays.stream(thread.getStackTrace())
        .noneMatch(frame -> frame.isNativeMethod() && frame.getMethodName().equals("run"))) {
      assertThat(made).isNotDone();
      Thread.onSpinWait();
    }
    long begun = System.nanoTime();
    thread.interrupt();
    assertThatThrownBy(made::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(CancelledException.class);
    assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(1));
    assertThat(stays.get()).isTrue();
    thread.join();
  }

  // Graphs of their own, since a builder of the main code has no subgraphs.

  /** Doubles a number so many times. */
  private static byte[] looping() {
    Wire graph = loop("number", "result").text(2, "looping");
    graph.message(11, value("rounds", INT64, 1)).message(11, value("number", FLOAT, 1));
    return model(graph.message(12, value("result", FLOAT, 1)));
  }

  /** Hidden states that take for ever. */
  private static byte[] encoder() {
    Wire graph = new Wire();
    graph.message(5, constant("rounds"));
    graph.message(1, node("Cast", "number", "input_ids").message(5, cast()));
    graph.append(loop("number", "doubled"));
    graph.message(5, axes());
    graph.message(1, node("Unsqueeze", "last_hidden_state", "doubled", "axes")).text(2, "encoder");
    for (String input : new String[] {"input_ids", "attention_mask"}) {
      graph.message(11, value(input, INT64, -1, -1));
    }
    return model(graph.message(12, value("last_hidden_state", FLOAT, -1, -1, 1)));
  }

  private static Wire loop(String from, String to) {
    Wire body = new Wire();
    body.message(1, node("Identity", "go on", "goes on"));
    body.message(1, node("Add", "twice", "once", "once")).text(2, "body");
    body.message(11, value("round", INT64)).message(11, value("goes on", BOOL));
    body.message(11, untyped("once"));
    body.message(12, value("go on", BOOL)).message(12, untyped("twice"));
    Wire attribute = new Wire().text(1, "body").message(6, body).number(20, 5);
    return new Wire().message(1, node("Loop", to, "rounds", "", from).message(5, attribute));
  }

  private static Wire node(String operator, String output, String... inputs) {
    Wire node = new Wire();
    for (String input : inputs) {
      node.text(1, input);
    }
    return node.text(2, output).text(3, operator + ":" + output).text(4, operator);
  }

  private static Wire cast() {
    return new Wire().text(1, "to").number(3, FLOAT).number(20, 2);
  }

  private static Wire constant(String name) {
    return new Wire().number(1, 1).number(2, INT64).text(8, name).bytes(9, bytes(ENDLESS));
  }

  private static Wire axes() {
    return new Wire().number(1, 1).number(2, INT64).text(8, "axes").bytes(9, bytes(2));
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
  }

  private static Wire value(String name, int type, long... dims) {
    Wire shape = new Wire();
    for (long dim : dims) {
      shape.message(1, dim < 0 ? new Wire().text(2, "n" + name) : new Wire().number(1, dim));
    }
    Wire tensor = new Wire().number(1, type).message(2, shape);
    return new Wire().text(1, name).message(2, new Wire().message(1, tensor));
  }

  private static Wire untyped(String name) {
    return new Wire().text(1, name).message(2, new Wire().message(1, new Wire().number(1, FLOAT)));
  }

  private static byte[] model(Wire graph) {
    Wire model = new Wire().number(1, OnnxWriter.IR_VERSION).text(2, "rsi").message(7, graph);
    return model.message(8, new Wire().text(1, "").number(2, OnnxWriter.OPSET)).toBytes();
  }
}
