"""Writes the losses of TRL and their gradients as JSON, for the tests of rsi.

    python -m venv peers && peers/bin/pip install -r requirements.txt
    peers/bin/python trl_losses.py ../../rsi-lm/src/test/resources/dev/rsi/lm

Every number comes out of TRL's own methods, GRPOTrainer._compute_loss, DPOTrainer._compute_loss and
dft_loss, called on an object that has the attributes they read and nothing else: no model is loaded.
Settings that a case does not name are the defaults of TRL's own configuration classes. The logits are
those of a decoder of rsi's shape, written here in float64, so that gradients by its weights are TRL's
too. What is not called but written again from TRL's source: the advantages, which are computed in the
midst of a method that generates answers, and plain next-token loss.

With `pip install --no-deps --target older trl==1.9.0` and PYTHONPATH=older the same script writes the
vectors of the last version whose defaults were others, which rsi's tests have to refuse.
"""

import dataclasses
import json
import math
import pathlib
import sys
from collections import defaultdict
from types import SimpleNamespace

import torch
import torch.nn.functional as F
import trl
from trl.trainer import dpo_trainer, grpo_trainer, sft_trainer
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.utils import selective_log_softmax

torch.set_num_threads(1)
torch.manual_seed(20)
torch.set_default_dtype(torch.float64)

VOCABULARY, WIDTH, LAYERS, HEADS, INNER = 7, 4, 2, 2, 8
PROMPT = 2
LENGTHS = [3, 1, 4, 2, 2, 4, 1, 3]
GROUP = 4
ROWS = len(LENGTHS)
GENERATION_TOKENS, STEPS_PER_GENERATION = 50, 2  # the answers here are those of one step of two
REWARDS = torch.tensor([1.0, 0.0, 0.25, 0.0, 1.0, 1.0, 0.5, 0.0])


def defaults(config):
    return {f.name: f.default for f in dataclasses.fields(config) if f.default is not dataclasses.MISSING}


def shapes():
    table = [("embed.weight", [VOCABULARY, WIDTH])]
    for i in range(LAYERS):
        table += [
            (f"layers.{i}.attention_norm.weight", [WIDTH]),
            (f"layers.{i}.attention_norm.bias", [WIDTH]),
            (f"layers.{i}.attention.qkv.weight", [3 * WIDTH, WIDTH]),
            (f"layers.{i}.attention.out.weight", [WIDTH, WIDTH]),
            (f"layers.{i}.mlp_norm.weight", [WIDTH]),
            (f"layers.{i}.mlp_norm.bias", [WIDTH]),
            (f"layers.{i}.mlp.up.weight", [INNER, WIDTH]),
            (f"layers.{i}.mlp.up.bias", [INNER]),
            (f"layers.{i}.mlp.down.weight", [WIDTH, INNER]),
            (f"layers.{i}.mlp.down.bias", [WIDTH]),
        ]
    return table + [("norm.weight", [WIDTH]), ("norm.bias", [WIDTH]), ("head.weight", [VOCABULARY, WIDTH])]


def decoder(flat, ids):
    """Logits of every position, [rows, length, vocabulary]."""
    w, at = {}, 0
    for name, shape in shapes():
        size = math.prod(shape)
        w[name], at = flat[at : at + size].view(shape), at + size

    def norm(x, name):
        return F.layer_norm(x, [WIDTH], w[name + ".weight"], w[name + ".bias"], 1e-5)

    rows, length = ids.shape
    x = w["embed.weight"][ids]
    later = torch.triu(torch.ones(length, length, dtype=torch.bool), 1)
    for i in range(LAYERS):
        layer = f"layers.{i}."
        qkv = norm(x, layer + "attention_norm") @ w[layer + "attention.qkv.weight"].T
        q, k, v = (t.view(rows, length, HEADS, -1).transpose(1, 2) for t in qkv.split(WIDTH, 2))
        scores = (q @ k.transpose(2, 3) / math.sqrt(WIDTH / HEADS)).masked_fill(later, -math.inf)
        mixed = (scores.softmax(3) @ v).transpose(1, 2).reshape(rows, length, WIDTH)
        x = x + mixed @ w[layer + "attention.out.weight"].T
        up = F.linear(norm(x, layer + "mlp_norm"), w[layer + "mlp.up.weight"], w[layer + "mlp.up.bias"])
        x = x + F.linear(F.gelu(up), w[layer + "mlp.down.weight"], w[layer + "mlp.down.bias"])
    return norm(x, "norm") @ w["head.weight"].T


def start():
    parts = []
    for name, shape in shapes():
        noise = torch.randn(shape) * (0.2 if len(shape) == 1 else 0.7)
        parts.append((noise + (1 if name.endswith("norm.weight") else 0)).flatten())
    return torch.cat(parts).float().double()  # exactly what float32 holds


WEIGHTS = start()
WIDEST = max(LENGTHS)
IDS = torch.randint(0, VOCABULARY, (ROWS, PROMPT + WIDEST))
MASK = torch.tensor([[1 if t < n else 0 for t in range(WIDEST)] for n in LENGTHS])


def noise(scale):
    return torch.randn(ROWS, WIDEST) * scale


with torch.no_grad():
    NOW = selective_log_softmax(decoder(WEIGHTS, IDS)[:, PROMPT - 1 : -1], IDS[:, PROMPT:])
OLD = NOW + noise(0.3)
REFERENCE = NOW + noise(0.5)


class Accelerator:
    """One process, whose sums are its own."""

    num_processes = 1
    device = torch.device("cpu")
    sync_gradients = True

    def gather(self, x):
        return x

    gather_for_metrics = gather

    def reduce(self, x, reduction="sum"):
        return x


def advantages(scale):
    groups = REWARDS.view(-1, GROUP)
    centred = (groups - groups.mean(1, keepdim=True)).flatten()
    if scale == "none":
        return centred
    if scale == "batch":
        return centred / (REWARDS.std() + 1e-4)
    return centred / (groups.std(1).repeat_interleave(GROUP) + 1e-4)


def policy(flat, on_policy=False, scale="group", **settings):
    args = {**defaults(GRPOConfig), **settings}
    high = args["epsilon_high"]
    logits = decoder(flat, IDS)[:, PROMPT - 1 : -1]
    now = selective_log_softmax(logits, IDS[:, PROMPT:])
    now.retain_grad()
    trainer = SimpleNamespace(
        args=SimpleNamespace(**{**args, "steps_per_generation": STEPS_PER_GENERATION}),
        accelerator=Accelerator(),
        model=SimpleNamespace(training=True),
        aux_loss_enabled=False,
        top_entropy_quantile=1.0,
        off_policy_mask_threshold=None,
        importance_sampling_level=args["importance_sampling_level"],
        beta=args["beta"],
        loss_type=args["loss_type"],
        epsilon_low=args["epsilon"],
        epsilon_high=args["epsilon"] if high is None else high,
        use_vllm=False,
        vllm_importance_sampling_correction=False,
        current_gradient_accumulation_steps=1,
        max_completion_length=args["max_completion_length"],
        _entropy_bonus_enabled=False,
        entropy_coef=0.0,
        use_adaptive_entropy=False,
        _metrics={"train": defaultdict(list)},
        _get_per_token_logps_and_entropies=lambda *a, **k: (now, torch.zeros_like(now), None),
    )
    inputs = {
        "prompt_ids": IDS[:, :PROMPT],
        "prompt_mask": torch.ones(ROWS, PROMPT),
        "completion_ids": IDS[:, PROMPT:],
        "completion_mask": MASK,
        "advantages": advantages(scale),
        "num_items_in_batch": torch.tensor(float(GENERATION_TOKENS)),
        "ref_per_token_logps": REFERENCE,
    }
    if not on_policy:
        inputs["old_per_token_logps"] = OLD
    loss = grpo_trainer.GRPOTrainer._compute_loss(trainer, None, inputs)
    return loss, now


def preference(flat, loss_type, **settings):
    """The first half of the rows is chosen, the second rejected."""
    args = {**defaults(DPOConfig), **settings}
    taken = {}

    def kept(logits, labels):
        if "now" in taken:
            raise AssertionError("the reference is given, not computed")
        taken["now"] = selective_log_softmax(logits, labels)
        taken["now"].retain_grad()
        return taken["now"].clone()  # TRL zeroes the prompt's in place

    trainer = SimpleNamespace(
        args=SimpleNamespace(**args),
        accelerator=Accelerator(),
        model=SimpleNamespace(training=True),
        aux_loss_enabled=False,
        ld_alpha=None,
        precompute_ref_logps=True,
        f_divergence_type=args["f_divergence_type"],
        loss_types=[loss_type],
        loss_weights=[1.0],
        beta=args["beta"],
        label_smoothing=args["label_smoothing"],
        use_weighting=False,
        _metrics={"train": defaultdict(list)},
        _total_train_tokens=0,
        _tp_size=1,
    )
    summed = (REFERENCE * MASK).sum(1)
    inputs = {
        "input_ids": IDS,
        "attention_mask": torch.ones_like(IDS),
        "completion_mask": torch.cat([torch.zeros(ROWS, PROMPT, dtype=MASK.dtype), MASK], 1),
        "ref_chosen_logps": summed[: ROWS // 2],
        "ref_rejected_logps": summed[ROWS // 2 :],
    }
    before = dpo_trainer.selective_log_softmax
    dpo_trainer.selective_log_softmax = kept
    try:
        model = lambda input_ids, **_: SimpleNamespace(logits=decoder(flat, input_ids))
        loss = dpo_trainer.DPOTrainer._compute_loss(trainer, model, inputs, False)
    finally:
        dpo_trainer.selective_log_softmax = before
    return loss, taken["now"]


def supervised(flat, kind):
    logits = decoder(flat, IDS)
    labels = torch.where(torch.cat([torch.zeros(ROWS, PROMPT), MASK], 1) == 1, IDS, -100)
    if kind == "dft":
        taken = {}

        def kept(*a):
            taken["now"] = selective_log_softmax(*a)
            taken["now"].retain_grad()
            return taken["now"]

        before = sft_trainer.selective_log_softmax
        sft_trainer.selective_log_softmax = kept
        try:
            loss = sft_trainer.dft_loss(SimpleNamespace(logits=logits), labels)
        finally:
            sft_trainer.selective_log_softmax = before
        return loss, taken["now"]
    now = selective_log_softmax(logits[:, :-1], IDS[:, 1:])
    now.retain_grad()
    return -(now[:, PROMPT - 1 :] * MASK).sum() / MASK.sum(), now


def ragged(table):
    """The answers' numbers alone: the last columns of what there is."""
    return [row[:n] for row, n in zip(table.tolist(), LENGTHS)]


def case(family, name, gradient=False, **settings):
    flat = WEIGHTS.clone().requires_grad_()
    run = {"policy": policy, "preference": preference, "supervised": supervised}[family]
    loss, now = run(flat, **settings)
    loss.backward()
    by_token = now.grad
    if family == "preference":
        by_token = by_token[:, PROMPT - 1 :]
    elif family == "supervised":
        by_token = by_token[:, PROMPT - 1 : PROMPT - 1 + WIDEST]
    found = {"family": family, "name": name, "settings": settings, "loss": loss.item(), "byToken": ragged(by_token)}
    if gradient:
        found["byWeight"] = flat.grad.tolist()
    return found


CASES = [
    case("supervised", "nll", True, kind="nll"),
    case("supervised", "dft", True, kind="dft"),
    case("policy", "default", True),
    case("policy", "default, on policy", on_policy=True),
    case("policy", "default with KL", True, beta=0.04),
    case("policy", "KL on policy", on_policy=True, beta=0.04),
    case("policy", "KL without correction", beta=0.04, use_bias_correction_kl=False),
    case("policy", "batch scaling", scale="batch"),
    case("policy", "no scaling", scale="none"),
    case("policy", "clip higher", epsilon_high=0.28),
    case("policy", "delta", delta=1.25, epsilon_high=0.28),
    case("policy", "delta within the clip", delta=1.1),
    case("policy", "dr_grpo", loss_type="dr_grpo", scale="none"),
    *(
        case("policy", f"{loss} {level}", loss_type=loss, importance_sampling_level=level, beta=0.02)
        for loss in ["grpo", "bnpo", "dapo", "dr_grpo", "cispo", "sapo", "luspo"]
        for level in ["token", "sequence"]
    ),
    case("policy", "cispo, wide", loss_type="cispo", epsilon_high=5.0),
    case("policy", "gspo", True, loss_type="grpo", importance_sampling_level="sequence", epsilon=3e-4, epsilon_high=4e-4),
    *(
        case("preference", loss, loss == "sigmoid", loss_type=loss)
        for loss in [
            "sigmoid", "hinge", "ipo", "nca_pair", "bco_pair", "sppo_hard",
            "apo_zero", "apo_down", "discopop", "sigmoid_norm",
        ]
    ),
    *(
        case("preference", f"{loss}, smoothed", loss_type=loss, label_smoothing=0.1)
        for loss in ["sigmoid", "robust", "exo_pair"]
    ),
    case("preference", "sigmoid, wide", loss_type="sigmoid", beta=0.5),
]

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
content = {
    "trl": trl.__version__,
    "torch": torch.__version__,
    "model": {
        "alphabet": "0123+=", "end": "$", "width": WIDTH, "layers": LAYERS, "heads": HEADS, "inner": INNER,
        "weights": WEIGHTS.tolist(),
    },
    "prompts": IDS[:, :PROMPT].tolist(),
    "answers": ragged(IDS[:, PROMPT:]),
    "group": GROUP,
    "tokensPerStep": GENERATION_TOKENS / STEPS_PER_GENERATION,
    "rewards": REWARDS.tolist(),
    "advantages": {scale: advantages(scale).tolist() for scale in ["group", "batch", "none"]},
    "now": ragged(NOW),
    "old": ragged(OLD),
    "reference": ragged(REFERENCE),
    "cases": CASES,
}
text = json.dumps(content, indent=None, separators=(",", ":")).replace('{"family"', '\n{"family"')
(out / f"trl-{trl.__version__}.json").write_text(text + "\n")
