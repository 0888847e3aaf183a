package dev.platter.backend.uring;

import dev.platter.api.block.BackendException;
import dev.platter.linux.IoUringOp;
import dev.platter.linux.LinuxIoUringCalls;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A batch of operations that do nothing, through the ring and back by one system call: what the
 * rings themselves cost.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RingBenchmark {
    private static final int ENTRIES = 64;

    /** How many operations are handed over at once. */
    @Param({"1", "32"})
    public int batch;

    private final Arena arena = Arena.ofShared();
    private Ring ring;

    /** Sets up a ring that its owner waits in; the thread that measures becomes the owner. */
    @Setup(Level.Trial)
    public void open() throws BackendException {
        ring = Ring.open(new LinuxIoUringCalls(arena), ENTRIES, ENTRIES, RingUse.WAITED_IN);
        require(ring.enable());
    }

    /** Submits a batch, waits for it, and takes every completion. */
    @Benchmark
    public long submitAndComplete() {
        for (int i = 0; i < batch; i++) {
            ring.submissions().claim().start(IoUringOp.NOP, 0, i);
        }
        require(ring.enter(batch));
        long sum = 0;
        int completed = 0;
        while (completed < batch) {
            if (ring.completions().next()) {
                require(ring.completions().result());
                sum += ring.completions().userData();
                completed++;
            }
        }
        return sum;
    }

    private static void require(int answer) {
        if (answer < 0) {
            throw new IllegalStateException("io_uring answered " + answer);
        }
    }

    /** Closes the ring. */
    @TearDown(Level.Trial)
    public void close() {
        ring.close();
        arena.close();
    }
}
