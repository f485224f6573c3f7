"""Writes a small GGUF file with tensors of every type that rsi reads, for its tests.

    python -m venv text && text/bin/pip install -r requirements-text.txt
    text/bin/python gguf_tensors.py ../../rsi-lm/src/test/resources/dev/rsi/lm/gguf/types.gguf

Beside each tensor NAME stands NAME.expected in F32: what the package gguf makes of it. Blocks are random
bytes with scales that are numbers, so that every bit pattern of the quantised parts occurs.
"""

import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T

ROWS, ROW = 3, 512
# Where a block has halves that are scales.
SCALES = {T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q8_0: [0], T.Q4_K: [0, 2], T.Q6_K: [208]}


def main(path):
    chance = np.random.default_rng(18)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_uint8("a.uint8", 200)
    writer.add_int8("a.int8", -100)
    writer.add_uint16("a.uint16", 60000)
    writer.add_int16("a.int16", -30000)
    writer.add_uint32("a.uint32", 4000000000)
    writer.add_int32("a.int32", -2000000000)
    writer.add_uint64("a.uint64", 9000000000000000000)
    writer.add_int64("a.int64", -9000000000000000000)
    writer.add_float32("a.float32", 0.1)
    writer.add_float64("a.float64", 0.1)
    writer.add_bool("a.bool", True)
    writer.add_string("a.string", "Größe 漢字 😀")
    writer.add_array("an.array.of.strings", ["", "a", "漢字"])
    writer.add_array("an.array.of.integers", [1, -2, 3])
    writer.add_array("an.array.of.floats", [0.5, -1.5])
    for kind in [T.F32, T.F16, T.BF16, T.Q4_0, T.Q4_1, T.Q5_0, T.Q8_0, T.Q4_K, T.Q6_K]:
        numbers, size = gguf.GGML_QUANT_SIZES[kind]
        data = chance.integers(0, 256, (ROWS, ROW // numbers, size), dtype=np.uint8)
        for at in SCALES.get(kind, []):
            scales = chance.normal(0, 0.05, (ROWS, ROW // numbers)).astype(np.float16)
            scales[0, 0] = 6e-8  # the least of them
            data[:, :, at : at + 2] = scales[:, :, None].view(np.uint8).reshape(ROWS, ROW // numbers, 2)
        data = data.reshape(ROWS, -1)
        if kind == T.F16:
            data = np.where(np.isnan(data.view(np.float16)), np.float16(-1.5), data.view(np.float16)).view(np.uint8)
        expected = gguf.quants.dequantize(data, kind).astype(np.float32).reshape(ROWS, ROW)
        if kind == T.F32:
            writer.add_tensor(kind.name, data.view(np.float32))
        elif kind == T.F16:
            writer.add_tensor(kind.name, data.view(np.float16))
        else:
            writer.add_tensor(kind.name, data, raw_dtype=kind)
        writer.add_tensor(kind.name + ".expected", expected)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
