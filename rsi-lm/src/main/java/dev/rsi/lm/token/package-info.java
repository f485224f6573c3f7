/**
 * Text as the numbers that a published model reads: its tokenizer ({@link
 * dev.rsi.lm.token.BpeTokenizer}), read from {@code tokenizer.json}, and the way back from numbers
 * that arrive one by one ({@link dev.rsi.lm.token.TokenDecoder}).
 */
@NullMarked
package dev.rsi.lm.token;

import org.jspecify.annotations.NullMarked;
