package dev.rsi.djl;

import dev.rsi.lm.DecoderConfig;
import dev.rsi.lm.DecoderConfig.PositionScheme;
import dev.rsi.lm.Parameter;
import dev.rsi.lm.spi.Adapters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes a decoder as TorchScript source: class {@code Decoder} with the methods {@code step},
 * {@code gradient}, {@code log_probabilities}, {@code score} and {@code generate}, each a whole
 * computation in one call.
 *
 * <p>What is trained comes as one flat vector, split once; the backward of a split is one
 * concatenation. With adapters {@code p} holds these alone and {@code f} the model, held still. The
 * last block computes queries, feed-forward and logits only where an answer is predicted: no other
 * position can reach the loss.
 */
final class ScriptSource {
  private final DecoderConfig config;
  private final @Nullable Adapters adapters;
  private final List<Parameter> table = new ArrayList<>();
  private final boolean rope;
  private final int width;
  private final int heads;
  private final int headSize;
  private final StringBuilder script = new StringBuilder();

  private ScriptSource(DecoderConfig config, @Nullable Adapters adapters) {
    this.config = config;
    this.adapters = adapters;
    table.addAll(config.parameters());
    if (adapters != null) {
      table.addAll(adapters.parameters());
    }
    rope = config.positionScheme() == PositionScheme.ROPE;
    width = config.hiddenSize();
    heads = config.heads();
    headSize = width / heads;
  }

  /**
   * @param adapters what is trained; null for all parameters
   */
  static String of(DecoderConfig config, @Nullable Adapters adapters) {
    ScriptSource source = new ScriptSource(config, adapters);
    source.add("class Decoder(Module):\n  __parameters__ = []\n  __buffers__ = []\n");
    source.add("  training : bool\n");
    source.helpers();
    source.logits();
    source.learning();
    source.generate();
    return source.script.toString();
  }

  private void add(String lines, Object... arguments) {
    script.append(text(lines, arguments));
  }

  /** Digits are those of the script's language, whichever the user's locale has. */
  private static String text(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }

  /** Index into the list of parameter views, and the view with its shape where that is a matrix. */
  private String view(String name) {
    for (int i = 0; i < table.size(); i++) {
      if (table.get(i).name().equals(name)) {
        List<Integer> shape = table.get(i).shape();
        return shape.size() == 1 ? "w[" + i + "]" : "torch.view(w[" + i + "], " + shape + ")";
      }
    }
    throw new IllegalStateException("no parameter " + name);
  }

  private String norm(String input, String name) {
    return text(
        "torch.layer_norm(%s, [%s], %s, %s, 1e-5)",
        input, width, view(name + ".weight"), view(name + ".bias"));
  }

  /**
   * The linear layer of a block's matrix, with what adapters add.
   *
   * @param outputs the pattern of the part of its outputs, {@code "%s"} for all
   */
  private String linear(String x, String matrix, String outputs, String bias) {
    String y = text("torch.linear(%s, %s%s)", x, text(outputs, view(matrix)), bias);
    if (adapters == null) {
      return y;
    }
    String scale = Double.toString(adapters.scale());
    return text(
        "torch.add(%s, torch.linear(torch.mul(torch.linear(%s, %s), %s), %s))",
        y, x, view(Adapters.down(matrix)), scale, text(outputs, view(Adapters.up(matrix))));
  }

  private static String sizes(List<Parameter> parameters) {
    return parameters.stream()
        .map(parameter -> String.valueOf(parameter.size()))
        .collect(Collectors.joining(", "));
  }

  private void helpers() {
    add("  def views(self: __torch__.Decoder, p: Tensor) -> List[Tensor]:\n");
    add("    return torch.split_with_sizes(p, [%s])\n", sizes(config.parameters()));
    add("  def trained(self: __torch__.Decoder, p: Tensor, f: Tensor) -> List[Tensor]:\n");
    if (adapters == null) {
      add("    return self.views(p)\n");
    } else {
      add("    a = torch.split_with_sizes(p, [%s])\n", sizes(adapters.parameters()));
      add("    return torch.add(self.views(f), a)\n");
    }
    add(
        "  def embed(self: __torch__.Decoder, w: List[Tensor], ids: Tensor, pos: Tensor)"
            + " -> Tensor:\n");
    add("    x = torch.embedding(%s, ids)\n", view("embed.weight"));
    if (config.positionScheme() == PositionScheme.COUPLED) {
      add("    x = torch.add(x, torch.embedding(%s, pos))\n", view("positions.weight"));
    }
    add("    return x\n");
    add("  def split_heads(self: __torch__.Decoder, x: Tensor) -> Tensor:\n");
    add(
        "    return torch.transpose(torch.view(x, [torch.size(x, 0), torch.size(x, 1), %d, %d]),"
            + " 1, 2)\n",
        heads, headSize);
    add("  def join_heads(self: __torch__.Decoder, x: Tensor) -> Tensor:\n");
    add(
        "    return torch.reshape(torch.transpose(x, 1, 2), [torch.size(x, 0), torch.size(x, 2),"
            + " %d])\n",
        width);
    if (rope) {
      add(
          """
            def rotate(self: __torch__.Decoder, x: Tensor, pos: Tensor) -> Tensor:
              j = torch.arange(%d, dtype=6, layout=None, device=ops.prim.device(x))
              a = torch.mul(torch.unsqueeze(torch.unsqueeze(pos, 1), 3), torch.exp(torch.mul(j, %s)))
              c = torch.cos(a)
              s = torch.sin(a)
              h = torch.split(x, %d, 3)
              u = torch.sub(torch.mul(h[0], c), torch.mul(h[1], s))
              v = torch.add(torch.mul(h[1], c), torch.mul(h[0], s))
              return torch.cat([u, v], 3)
          """,
          headSize / 2, Double.toString(-2 * Math.log(10_000) / headSize), headSize / 2);
    }
  }

  /** Queries, keys and values of layer i from h, all positions. */
  private void project(int i, String h) {
    add("    qkv = torch.split(%s, %d, 2)\n", linear(h, qkv(i), "%s", ""), width);
    add("    q = self.split_heads(qkv[0])\n");
    add("    k = self.split_heads(qkv[1])\n");
    add("    v = self.split_heads(qkv[2])\n");
  }

  /** The same, but queries only from position s on. */
  private void projectTail(int i) {
    String queries = text("torch.slice(%%s, 0, 0, %d)", width);
    String others = text("torch.slice(%%s, 0, %d)", width);
    add("    t = torch.slice(h, 1, s)\n");
    add("    q = self.split_heads(%s)\n", linear("t", qkv(i), queries, ""));
    add("    kv = torch.split(%s, %d, 2)\n", linear("h", qkv(i), others, ""), width);
    add("    k = self.split_heads(kv[0])\n");
    add("    v = self.split_heads(kv[1])\n");
  }

  private static String qkv(int i) {
    return "layers." + i + ".attention.qkv.weight";
  }

  private void rotate(String indent, String queryPositions, String keyPositions) {
    if (rope) {
      add("%sq = self.rotate(q, %s)\n", indent, queryPositions);
      add("%sk = self.rotate(k, %s)\n", indent, keyPositions);
    }
  }

  /** What follows the attention output y of layer i, up to the end of the block. */
  private void finish(String indent, int i) {
    String layer = "layers." + i + ".";
    add("%sy = self.join_heads(y)\n", indent);
    add("%sx = torch.add(x, %s)\n", indent, linear("y", layer + "attention.out.weight", "%s", ""));
    add("%sh = %s\n", indent, norm("x", layer + "mlp_norm"));
    String up = linear("h", layer + "mlp.up.weight", "%s", ", " + view(layer + "mlp.up.bias"));
    add("%sf = torch.gelu(%s)\n", indent, up);
    String down =
        linear("f", layer + "mlp.down.weight", "%s", ", " + view(layer + "mlp.down.bias"));
    add("%sx = torch.add(x, %s)\n", indent, down);
  }

  private String head() {
    return text("torch.linear(%s, %s)", norm("x", "norm"), view("head.weight"));
  }

  /** Logits of the last n positions, [rows, n, vocabulary]. */
  private void logits() {
    add(
        "  def logits(self: __torch__.Decoder, w: List[Tensor], ids: Tensor, pos: Tensor, n: int)"
            + " -> Tensor:\n");
    add("    T = torch.size(ids, 1)\n");
    add("    s = T - n\n");
    add("    x = self.embed(w, ids, pos)\n");
    for (int i = 0; i < config.layers(); i++) {
      add("    h = %s\n", norm("x", "layers." + i + ".attention_norm"));
      if (i < config.layers() - 1) {
        project(i, "h");
        rotate("    ", "pos", "pos");
        add("    y = torch.scaled_dot_product_attention(q, k, v, None, 0., True)\n");
      } else {
        projectTail(i);
        rotate("    ", "torch.slice(pos, 1, s)", "pos");
        add("    x = torch.slice(x, 1, s)\n");
        add(
            "    mask = torch.tril(torch.ones([n, T], dtype=11, layout=None,"
                + " device=ops.prim.device(ids)), s)\n");
        add("    y = torch.scaled_dot_product_attention(q, k, v, mask)\n");
      }
      finish("    ", i);
    }
    add("    return %s\n", head());
  }

  private void learning() {
    int vocabulary = config.vocabularySize();
    add(
        """
          def losses(self: __torch__.Decoder, w: List[Tensor], ids: Tensor, pos: Tensor, targets: Tensor) -> Tensor:
            z = self.logits(w, ids, pos, torch.size(targets, 1))
            return torch.cross_entropy_loss(torch.view(z, [-1, %d]), torch.view(targets, [-1]), None, 0)
          def score(self: __torch__.Decoder, p: Tensor, ids: Tensor, pos: Tensor, targets: Tensor) -> Tensor:
            z = self.logits(self.views(p), ids, pos, torch.size(targets, 1))
            z = torch.gather(torch.log_softmax(z, 2, 7), 2, torch.unsqueeze(targets, 2))
            return torch.sum(torch.squeeze(z, 2), [1])
          def log_probabilities(self: __torch__.Decoder, p: Tensor, f: Tensor, ids: Tensor, pos: Tensor, targets: Tensor) -> Tensor:
            return torch.neg(self.losses(self.trained(p, f), ids, pos, targets))
          def gradient(self: __torch__.Decoder, p: Tensor, f: Tensor, ids: List[Tensor], pos: List[Tensor], targets: List[Tensor], slopes: List[Tensor]) -> Tuple[Tensor, Tensor]:
            q = torch.requires_grad_(torch.detach(p), True)
            w = self.trained(q, f)
            loss = torch.neg(torch.dot(self.losses(w, ids[0], pos[0], targets[0]), slopes[0]))
            for i in range(1, torch.len(ids)):
              loss = torch.sub(loss, torch.dot(self.losses(w, ids[i], pos[i], targets[i]), slopes[i]))
            g = torch.grad([loss], [q])[0]
            return (unchecked_cast(Tensor, g), torch.detach(loss))
          def step(self: __torch__.Decoder, p: Tensor, m: Tensor, v: Tensor, f: Tensor, ids: List[Tensor], pos: List[Tensor], targets: List[Tensor], slopes: List[Tensor], hyper: Tensor) -> Tensor:
            g, loss, = self.gradient(p, f, ids, pos, targets, slopes)
            norm = torch.norm(g)
            ok = torch.logical_and(torch.isfinite(norm), torch.isfinite(loss))
            if bool(ok):
              lr = float(hyper[0])
              b1 = float(hyper[1])
              b2 = float(hyper[2])
              d = torch.detach(p)
              g1 = torch.mul(g, torch.clamp(torch.div(float(hyper[5]), torch.add(norm, 1e-6)), None, 1.))
              d1 = torch.mul_(d, 1. - lr * float(hyper[4]))
              m1 = torch.lerp_(m, g1, 1. - b1)
              v1 = torch.addcmul_(torch.mul_(v, b2), g1, g1, value=1. - b2)
              r = torch.add_(torch.div_(torch.sqrt(v), float(hyper[7])), float(hyper[3]))
              d2 = torch.addcdiv_(d, m, r, value=-lr / float(hyper[6]))
            return torch.stack([loss, norm, torch.to(ok, 6)])
        """,
        vocabulary);
  }

  /**
   * Writes answers for prompts of one length with a cache of keys and values. Rows go on until all
   * have produced the end token; what a row holds after its own end is of no meaning.
   */
  private void generate() {
    add(
        """
          def choose(self: __torch__.Decoder, z: Tensor, u: Tensor, temperature: float) -> Tensor:
            if temperature == 0.:
              t = torch.argmax(z, 1)
            else:
              c = torch.cumsum(torch.softmax(torch.div(z, temperature), 1, 7), 1)
              t = torch.clamp(torch.sum(torch.le(c, torch.unsqueeze(u, 1)), [1]), None, torch.size(z, 1) - 1)
            return t
          def generate(self: __torch__.Decoder, p: Tensor, ids: Tensor, pos: Tensor, added: Tensor, uniform: Tensor, options: Tensor) -> Tensor:
            temperature = float(options[0])
            end = int(options[1])
            w = self.views(p)
            B = torch.size(ids, 0)
            P = torch.size(ids, 1)
            N = torch.size(uniform, 1)
            s = P - 1
            x = self.embed(w, ids, pos)
        """);
    for (int i = 0; i < config.layers(); i++) {
      boolean last = i == config.layers() - 1;
      add("    h = %s\n", norm("x", "layers." + i + ".attention_norm"));
      if (last) {
        projectTail(i);
      } else {
        project(i, "h");
      }
      rotate("    ", last ? "torch.slice(pos, 1, s)" : "pos", "pos");
      for (String cache : List.of("k", "v")) {
        add(
            "    %s%d = torch.empty([B, %d, P + N, %d], dtype=6, layout=None,"
                + " device=ops.prim.device(x))\n",
            cache, i, heads, headSize);
        add("    c = torch.copy_(torch.slice(%s%d, 2, 0, P), %s)\n", cache, i, cache);
      }
      if (last) {
        add("    x = torch.slice(x, 1, s)\n");
        add("    y = torch.scaled_dot_product_attention(q, k, v)\n");
      } else {
        add("    y = torch.scaled_dot_product_attention(q, k, v, None, 0., True)\n");
      }
      finish("    ", i);
    }
    add(
        "    t = self.choose(torch.select(%s, 1, 0), torch.select(uniform, 1, 0), temperature)\n",
        head());
    add(
        """
            out = torch.full([B, N], end, dtype=4, layout=None, device=ops.prim.device(ids))
            c = torch.copy_(torch.select(out, 1, 0), t)
            done = torch.eq(t, end)
            n = 1
            go = torch.logical_and(n < N, torch.__not__(bool(torch.all(done))))
            while go:
              at = P + n - 1
              tp = torch.slice(added, 1, n - 1, n)
              x = self.embed(w, torch.unsqueeze(t, 1), tp)
        """
            .replace(
                "go = torch.logical_and(n < N, torch.__not__(bool(torch.all(done))))",
                "go = n < N and not bool(torch.all(done))"));
    for (int i = 0; i < config.layers(); i++) {
      add(
          "      qkv = torch.split(%s, %d, 2)\n",
          linear(norm("x", "layers." + i + ".attention_norm"), qkv(i), "%s", ""), width);
      add("      q = self.split_heads(qkv[0])\n");
      add("      k = self.split_heads(qkv[1])\n");
      rotate("      ", "tp", "tp");
      add("      c = torch.copy_(torch.slice(k%d, 2, at, at + 1), k)\n", i);
      add("      c = torch.copy_(torch.slice(v%d, 2, at, at + 1), self.split_heads(qkv[2]))\n", i);
      add(
          "      y = torch.scaled_dot_product_attention(q, torch.slice(k%d, 2, 0, at + 1),"
              + " torch.slice(v%d, 2, 0, at + 1))\n",
          i, i);
      finish("      ", i);
    }
    add(
        "      t = self.choose(torch.select(%s, 1, 0), torch.select(uniform, 1, n), temperature)\n",
        head());
    add(
        """
              c = torch.copy_(torch.select(out, 1, n), t)
              done = torch.logical_or(done, torch.eq(t, end))
              n = n + 1
              go = n < N and not bool(torch.all(done))
            return out
        """);
  }
}
