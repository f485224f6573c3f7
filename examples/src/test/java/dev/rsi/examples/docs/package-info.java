/** Proof that code shown in documents is code that compiles and runs. */
package dev.rsi.examples.docs;
