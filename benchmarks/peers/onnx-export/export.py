"""Makes the foreign decoders that rsi-onnx is judged by: tiny random models of Hugging Face
transformers, exported by Optimum as anyone would, with what PyTorch itself answers.

  python -m venv venv && venv/bin/pip install -r requirements.txt
  venv/bin/python export.py ../../../rsi-onnx/src/test/resources/dev/rsi/onnx/optimum
"""

import json
import pathlib
import shutil
import sys
import tempfile

import torch
from optimum.exporters.onnx import main_export
from tokenizers import Tokenizer, pre_tokenizers, decoders, Regex
from tokenizers.models import WordLevel
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM
from transformers import PreTrainedTokenizerFast

CHARACTERS = "0123456789+-=$"
END = len(CHARACTERS) - 1
PROMPTS = ["1+2=", "12+34=", "99+99=", "7=", "123+456+7="]
NEW_TOKENS = 10


def tokenizer():
    vocabulary = {c: i for i, c in enumerate(CHARACTERS)}
    made = Tokenizer(WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Split(Regex("[\\s\\S]"), "isolated")
    made.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="$")


def models():
    common = dict(vocab_size=len(CHARACTERS), bos_token_id=END, eos_token_id=END)
    yield "gpt2", GPT2LMHeadModel(GPT2Config(
        n_layer=2, n_embd=16, n_head=2, n_positions=48, initializer_range=0.4, **common))
    yield "llama", LlamaForCausalLM(LlamaConfig(
        num_hidden_layers=2, hidden_size=32, num_attention_heads=4, num_key_value_heads=2,
        intermediate_size=24, max_position_embeddings=48, initializer_range=0.4, **common))


def expected(model):
    answers = []
    for prompt in PROMPTS:
        ids = [CHARACTERS.index(c) for c in prompt]
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0, -1].tolist()
            made = list(ids)
            for _ in range(NEW_TOKENS):
                made.append(int(model(torch.tensor([made])).logits[0, -1].argmax()))
                if made[-1] == END:
                    break
            answer = made[len(ids):]
            log = torch.log_softmax(model(torch.tensor([made])).logits[0], -1)
            score = sum(float(log[len(ids) + i - 1, t]) for i, t in enumerate(answer))
        answers.append({"prompt": prompt, "logits": logits, "tokens": answer, "score": score})
    return answers


def main(target):
    for name, model in models():
        torch.manual_seed(11)
        model.init_weights()
        model.eval()
        with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as made:
            model.save_pretrained(source)
            tokenizer().save_pretrained(source)
            main_export(source, made, task="text-generation-with-past", dtype="fp32")
            out = target / name
            out.mkdir(parents=True, exist_ok=True)
            for file in ("model.onnx", "config.json", "tokenizer.json"):
                shutil.copy(pathlib.Path(made) / file, out / file)
        (out / "expected.json").write_text(json.dumps(expected(model), indent=1) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
