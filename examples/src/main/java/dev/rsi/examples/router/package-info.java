/**
 * A router of customers' requests that improves itself on what comes of its routes: a frozen
 * sentence encoder with a trained head, on ONNX Runtime. Run {@link
 * dev.rsi.examples.router.RouterLoop}.
 */
@NullMarked
package dev.rsi.examples.router;

import org.jspecify.annotations.NullMarked;
