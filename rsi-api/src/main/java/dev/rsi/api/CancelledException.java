package dev.rsi.api;

/** A call that ended early because it was told to. Nothing of it is kept. */
public final class CancelledException extends RsiException {
  private static final long serialVersionUID = 1;

  /**
   * @param message who was cancelled
   */
  public CancelledException(String message) {
    super(message, null, true);
  }
}
