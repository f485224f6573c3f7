/**
 * The five interfaces that an application or a backend implements, and the values that pass between
 * them.
 *
 * <p>In one generation a {@link dev.rsi.api.Generator} attempts tasks of a {@link
 * dev.rsi.api.TaskSource}, a {@link dev.rsi.api.Verifier} rules on every {@link dev.rsi.api.Attempt
 * attempt}, a {@link dev.rsi.api.Critic} says how good one that passed is against a {@link
 * dev.rsi.api.Rubric}, a {@link dev.rsi.api.Trainer} makes a challenger, and a {@link
 * dev.rsi.api.DriftGate} pulls probes until it can say PROMOTE, HOLD or ROLLBACK. {@code
 * ImprovementLoop} in rsi-core composes them.
 *
 * <p>A trainer learns from {@link dev.rsi.api.Lesson lessons}, which are attempts that passed, each
 * with a weight. One that contrasts also gets the attempts themselves, passed and failed.
 *
 * <p>{@code T} is the type of a task and {@code C} the type of a candidate everywhere; both should
 * be immutable. Values are immutable and thread-safe unless they say otherwise.
 */
@NullMarked
package dev.rsi.api;

import org.jspecify.annotations.NullMarked;
