package dev.rsi.core.live;

/**
 * What came of a request.
 *
 * @param called whether the model was called at all
 * @param failed whether a call failed, and nothing better than failure was told
 * @param nanos how long its calls took
 * @param success what was told, or NaN
 */
record Course(boolean called, boolean failed, long nanos, double success) {}
