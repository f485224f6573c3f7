/**
 * Conversations as a published model wants to read them: its chat template ({@link
 * dev.rsi.lm.chat.ChatTemplate}), which is a small Jinja program that comes with the model, and the
 * messages ({@link dev.rsi.lm.chat.Message}) that it turns into one text.
 */
@NullMarked
package dev.rsi.lm.chat;

import org.jspecify.annotations.NullMarked;
