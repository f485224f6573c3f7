/** What every consumer build runs. */
@org.jspecify.annotations.NullMarked
package dev.rsi.consumers;
