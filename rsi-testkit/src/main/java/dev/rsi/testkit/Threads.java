package dev.rsi.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs things at the same time. */
final class Threads {
  private static final int MINUTES = 10;

  private Threads() {}

  /**
   * Runs each job on a thread of its own; all begin together.
   *
   * @return the results, in the order of the jobs
   * @throws Exception what a job threw, or if one takes longer than ten minutes
   */
  static <R> List<R> together(List<Callable<R>> jobs) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(jobs.size());
    CountDownLatch ready = new CountDownLatch(jobs.size());
    try {
      List<Future<R>> futures = new ArrayList<>();
      for (Callable<R> job : jobs) {
        futures.add(
            threads.submit(
                () -> {
                  ready.countDown();
                  ready.await();
                  return job.call();
                }));
      }
      List<R> results = new ArrayList<>();
      for (Future<R> future : futures) {
        results.add(future.get(MINUTES, TimeUnit.MINUTES));
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
