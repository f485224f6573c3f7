package dev.rsi.benchmarks;

import dev.rsi.core.live.LiveModel;
import java.util.concurrent.TimeUnit;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs 16 threads to take a lease of a live model and to close it, in nanoseconds of wall
 * clock per lease, all threads together, beside a pool of as many objects of Apache Commons Pool,
 * as it comes. Nothing is done with a lease. With 16 sessions there is always one for who asks;
 * with 4, threads wait for one another. Target, with 16: at most 0.3 of Commons Pool.
 *
 * <p>{@code mvn -q -Pbench -Dbench=LeaseBenchmark}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Threads(16)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LeaseBenchmark {
  @Param({"16", "4"})
  public int sessions;

  @SuppressWarnings("NullAway.Init") // by open()
  private LiveModel<Long, Long> live;

  @SuppressWarnings("NullAway.Init") // by open()
  private GenericObjectPool<Object> pool;

  /** Opens both. */
  @Setup
  public void open() {
    live = LiveModel.open(new InstantModel(), new InstantRegistry(), sessions);
    GenericObjectPoolConfig<Object> config = new GenericObjectPoolConfig<>();
    config.setMaxTotal(sessions);
    config.setMaxIdle(sessions);
    config.setJmxEnabled(false);
    pool = new GenericObjectPool<>(new Objects(), config);
  }

  /** Closes both. */
  @TearDown
  public void close() {
    live.close();
    pool.close();
  }

  /** A lease of the live model. */
  @Benchmark
  public Object live() {
    LiveModel.Lease<Long, Long> lease = live.acquire();
    lease.close();
    return lease;
  }

  /** An object of the other pool. */
  @Benchmark
  public Object commonsPool() throws Exception {
    Object borrowed = pool.borrowObject();
    pool.returnObject(borrowed);
    return borrowed;
  }

  private static final class Objects extends BasePooledObjectFactory<Object> {
    @Override
    public Object create() {
      return new Object();
    }

    @Override
    public PooledObject<Object> wrap(Object made) {
      return new DefaultPooledObject<>(made);
    }
  }
}
