/**
 * Models in one file as llama.cpp writes them ({@link dev.rsi.lm.gguf.GgufFile}): their metadata,
 * the table of their tensors, and the tensors' numbers.
 */
@NullMarked
package dev.rsi.lm.gguf;

import org.jspecify.annotations.NullMarked;
