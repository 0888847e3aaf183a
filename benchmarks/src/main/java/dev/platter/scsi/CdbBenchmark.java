package dev.platter.scsi;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a command is and what it names: the opcode table, then block address and count. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CdbBenchmark {
    private static final int READ_10 = 0x28;
    private static final int WRITE_10 = 0x2a;
    private static final int SYNCHRONIZE_CACHE_10 = 0x35;
    private static final int READ_16 = 0x88;
    private static final int WRITE_16 = 0x8a;
    private static final int CDB_BYTES = 32;

    private final byte[][] cdbs = new byte[8][CDB_BYTES];
    private int next;

    /** A mix as a guest sends it. */
    @Setup(Level.Trial)
    public void fill() {
        int[] codes = {
            READ_10, WRITE_10, READ_10, SYNCHRONIZE_CACHE_10, READ_16, WRITE_10, WRITE_16, READ_10
        };
        for (int i = 0; i < codes.length; i++) {
            cdbs[i][0] = (byte) codes[i];
            cdbs[i][5] = (byte) (i + 1);
            cdbs[i][8] = 8;
            cdbs[i][13] = 8;
        }
    }

    /** Decodes the next command of the mix. */
    @Benchmark
    public long decode() {
        byte[] cdb = cdbs[next++ & 7];
        OpCode opCode = OpCode.find(cdb);
        if (opCode == null) {
            throw new IllegalStateException("an unknown command");
        }
        int length = opCode.cdbBytes();
        return Cdb.lba(cdb, length) + Cdb.transferBlocks(cdb, length);
    }
}
