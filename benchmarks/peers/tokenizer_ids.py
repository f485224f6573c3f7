"""Writes ids of the package tokenizers, for the tests of rsi.

    python -m venv text && text/bin/pip install -r requirements-text.txt
    text/bin/python tokenizer_ids.py fixtures ../../rsi-lm/src/test/resources/dev/rsi/lm/token
    text/bin/python tokenizer_ids.py judge DIRECTORY [LINES]

The first trains a small tokenizer of each make on text that is written here, and writes each beside what it
makes of lines of all kinds. The second does the latter for every tokenizer.json (named NAME.json) of a
directory, on more lines (2,000), as NAME.ids; -Drsi.tokenizers=DIRECTORY lets rsi's tests read them.
"""

import json
import pathlib
import random
import sys

import gguf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
GPT4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
HAN = r"[一-龥぀-ゟ゠-ヿ]+"

SENTENCES = """The quick brown fox jumps over the lazy dog; it's 12:30, and they've won 1,234.5 points.
Meetings are on 2021-03-05 and on the 7th of May. I'll see what we'd need, WON'T I?
def add(a, b):\n    return a + b  # sum\nprint(add(1, 2))
int main(void) { return x[3] != 0 ? 1 : -1; }
{"name": "Rome", "temperature": 21.5, "ok": true, "list": [1, 2, 3]}
Größe, naïve, coöperate, café, Ærøskøbing, İstanbul, ΣΟΦΟΣ, ﬁne print, №5
Der Zug fährt um acht Uhr von Gleis neun. Übermorgen wird es schön.
Привет, мир! Сегодня хорошая погода, и мы идём гулять.
漢字とひらがなとカタカナを混ぜた文です。東京は日本の首都です。
今天天气很好，我们去公园散步吧。一二三四五。
한국어 문장도 있습니다. 서울은 큰 도시입니다.
مرحبا بالعالم، اليوم هو يوم جميل ١٢٣٤
नमस्ते दुनिया, आज मौसम अच्छा है। १२३
שלום עולם זה יום יפה
สวัสดีชาวโลก วันนี้อากาศดี""".replace("\\n", "\n").split("\n")

PIECES = (
    SENTENCES
    + " ".join(SENTENCES).split(" ")
    + ["👩‍👩‍👧‍👦", "👍🏽", "🇮🇹", "😀😃", "❤️", "🏳️‍🌈", "e\u0301", "a\u0308\u0323", "\u1100\u1161\u11a8", "ｆｕｌｌ", "①②", "½", "x²", "\u212b", "\ufb03"]
    + ["\u00a0", "\u3000", "\u2009", "\u200b", "\u200d", "\ufeff", "\u0085", "\u2028", "\t", "\n", "\r\n", "\n\n\n", "    ", "  ", " ", "\t\t ", " \n ", "\x00", "\x07", "\x1f", "\x7f"]
    + ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<s>", "</s>", "<unk>", "<bos>", "<|eot_id|>", "<tool_call>", "<|im_end", "[INST]", "<start_of_turn>", "<0x0A>", "<0xZZ>", "▁", "▁▁a", "Ġ"]
    + ["don't", "DON'T", "it's", "IT'S", "’s", "'ſ", "'s", "we'LL", "Hello", "HELLO", "camelCaseWord", "snake_case_word", "XMLHttpRequest", "http://example.org/a?b=c&d=%20", "a@b.cc", "C:\\dir\\file"]
    + ["0", "12", "123", "1234", "12345678", "3.14159", "1e-5", "٣٤", "Ⅷ", "၁", "𝟘𝟙", "𝒜𝒷", "𠮷野", "ǅ", "ß", "ſ", "K", "ͅ"]
    + ["!!!", "...", "--", "->", "=>", "===", "/*", "*/", "//", "#!", "();", "[]{}", "\"'`", "$€£", "~^|", "«»", "„“", "、。", "!?\n", "//\n", "a/\n"]
)


def lines(count, seed):
    chance = random.Random(seed)
    made = ["", " ", "\n", "  a", "a  "]
    while len(made) < count:
        pieces = [chance.choice(PIECES) for _ in range(chance.randint(1, 12))]
        between = chance.choice(["", " ", " ", "  "])
        made.append(between.join(pieces))
    return made


def judged(tokenizer, texts):
    """Ids with tokens that steer the model as text and as themselves, and the text of the latter."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    plain = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    tokenizer.encode_special_tokens = False
    steering = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    chance = random.Random(5)
    size = tokenizer.get_vocab_size()
    noise = [[chance.randrange(size) for _ in range(chance.randint(1, 12))] for _ in texts]
    return {
        "lines": texts,
        "plain": plain,
        "steering": steering,
        "text": [tokenizer.decode(ids, skip_special_tokens=True) for ids in steering],
        "whole": [tokenizer.decode(ids, skip_special_tokens=False) for ids in steering],
        "noise": noise,
        "noise_text": [tokenizer.decode(ids, skip_special_tokens=False) for ids in noise],
        "around": tokenizer.encode("", add_special_tokens=True).ids,
    }


def trained(name, size=900):
    tokenizer = Tokenizer(models.BPE(byte_fallback=name.startswith("pieces"), fuse_unk=name.startswith("pieces"), unk_token="<unk>" if name.startswith("pieces") else None, ignore_merges=name == "bytes-llama3"))
    specials = ["<unk>", "<s>", "</s>"] if name.startswith("pieces") else ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = []
    byte_level = lambda prefix, regex: pre_tokenizers.ByteLevel(add_prefix_space=prefix, use_regex=regex)
    split = lambda pattern, behavior, invert=False: pre_tokenizers.Split(Regex(pattern), behavior, invert)
    if name.startswith("bytes"):
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        tokenizer.decoder = decoders.ByteLevel()
    match name:
        case "bytes-gpt2":
            tokenizer.pre_tokenizer = byte_level(False, True)
        case "bytes-prefix":
            tokenizer.pre_tokenizer = byte_level(True, True)
            tokenizer.normalizer = normalizers.Lowercase()
        case "bytes-smollm":
            tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(False, True)])
            # Not all bytes: what has no token is dropped.
            alphabet = [each for each in alphabet if each not in "ĄĆñò"]
        case "bytes-llama3":
            tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split(LLAMA3, "isolated"), byte_level(False, False)])
        case "bytes-qwen":
            tokenizer.normalizer = normalizers.NFC()
            tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split(QWEN, "isolated"), byte_level(False, False)])
        case "bytes-gpt4o":
            tokenizer.normalizer = normalizers.NFKC()
            tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split(GPT4O, "removed", True), byte_level(False, False)])
        case "bytes-deepseek":
            tokenizer.normalizer = normalizers.Sequence([])
            tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split(r"\p{N}{1,3}", "isolated"), split(HAN, "isolated"), pre_tokenizers.Digits(individual_digits=False), split(r"[!-/:-~]", "contiguous"), split(r"\s", "merged_with_next"), byte_level(False, False)])
        case "pieces-llama2":
            tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
            tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
        case "pieces-mistral":
            tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", "first", split=False)
            tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
        case "pieces-metaspace":
            tokenizer.normalizer = normalizers.Sequence([normalizers.Strip(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.NFKD()])
            tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", "always", split=True)
            tokenizer.decoder = decoders.Metaspace("▁", "always", split=True)
        case "pieces-gemma":
            tokenizer.normalizer = normalizers.Replace(" ", "▁")
            tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
            tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    # Whole sentences as words would be learnt by heart.
    chance = random.Random(1)
    words = [piece for piece in PIECES if not piece.startswith("<")]
    corpus = [" ".join(chance.choice(words) for _ in range(chance.randint(1, 5))) for _ in range(3000)]
    bytes_ = ["<0x%02X>" % b for b in range(256)] if name.startswith("pieces") else []
    if name == "pieces-metaspace":
        bytes_ = bytes_[:0xF0]
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=specials + bytes_, initial_alphabet=alphabet, limit_alphabet=300 if size > 400 else 60, show_progress=False, max_token_length=12)
    tokenizer.train_from_iterator(corpus, trainer)
    state = json.loads(tokenizer.to_str())
    # Bytes are no added tokens in published files.
    state["added_tokens"] = [each for each in state["added_tokens"] if each["content"] in specials]
    tokenizer = Tokenizer.from_str(json.dumps(state))
    if name == "bytes-llama3":
        tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(single="<|endoftext|> $A", special_tokens=[("<|endoftext|>", 0)])])
    if name == "pieces-llama2":
        tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    if name == "bytes-qwen":
        tokenizer.add_tokens([AddedToken("<tool_call>", normalized=False), AddedToken("</tool_call>", normalized=False)])
    if name == "bytes-gpt4o":
        tokenizer.add_tokens([AddedToken("Hello", normalized=True, single_word=True), AddedToken("ﬁne", normalized=True), AddedToken("[INST]", normalized=False, lstrip=True, rstrip=True)])
    if name == "pieces-gemma":
        tokenizer.add_tokens([AddedToken("\n\n", normalized=False), AddedToken("\n", normalized=False), AddedToken("\n\n\n", normalized=False), AddedToken("▁▁", normalized=False)])
    return tokenizer


# How llama.cpp names the splitting of words, which GGUF files have in place of the patterns.
GGUF = {"bytes-gpt2": "gpt-2", "bytes-smollm": "smollm", "bytes-llama3": "llama-bpe", "bytes-qwen": "qwen2"}


def write_gguf(path, name, state):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(name)
    added = {each["id"]: each for each in state["added_tokens"]}
    tokens = {id: token for token, id in state["model"]["vocab"].items()} | {id: each["content"] for id, each in added.items()}
    writer.add_token_list([tokens[id] for id in range(len(tokens))])
    kind = lambda id: 1 if id not in added else 3 if added[id]["special"] else 4
    writer.add_token_types([kind(id) for id in range(len(tokens))])
    writer.add_token_merges([" ".join(pair) for pair in state["model"]["merges"]])
    if name == "llama-bpe":
        writer.add_bos_token_id(0)
        writer.add_add_bos_token(True)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


NAMES = ["bytes-gpt2", "bytes-prefix", "bytes-smollm", "bytes-llama3", "bytes-qwen", "bytes-gpt4o", "bytes-deepseek", "pieces-llama2", "pieces-mistral", "pieces-metaspace", "pieces-gemma"]


def main(task, directory, count="2000"):
    directory = pathlib.Path(directory)
    if task == "fixtures":
        for name in NAMES:
            tokenizer = trained(name)
            text = json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))
            (directory / (name + ".json")).write_text(text + "\n", encoding="utf-8")
            if name in GGUF:
                write_gguf(directory / (name + ".gguf"), GGUF[name], json.loads(text))
            content = judged(Tokenizer.from_str(text), lines(80, name))
            (directory / (name + ".ids")).write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
            print(name, tokenizer.get_vocab_size(), "tokens")
        for name in ["bytes-qwen", "pieces-gemma"]:
            text = json.dumps(json.loads(trained(name, 360).to_str()), ensure_ascii=False, separators=(",", ":"))
            (directory / ("small-" + name + ".json")).write_text(text + "\n", encoding="utf-8")
        return
    for file in sorted(directory.glob("*.json")):
        content = judged(Tokenizer.from_file(str(file)), lines(int(count), 7))
        file.with_suffix(".ids").write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")
        print(file.name, sum(len(ids) for ids in content["plain"]), "ids")


if __name__ == "__main__":
    main(*sys.argv[1:])
