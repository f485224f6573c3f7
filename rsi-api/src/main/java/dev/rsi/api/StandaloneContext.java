package dev.rsi.api;

enum StandaloneContext implements RunContext {
  INSTANCE;

  @Override
  public boolean cancelled() {
    return Thread.currentThread().isInterrupted();
  }

  @Override
  public void progress(long done, long total) {}
}
