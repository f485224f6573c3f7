/** The rules of docs/architecture.md that a machine can check, over all modules at once. */
package dev.rsi.examples.architecture;
