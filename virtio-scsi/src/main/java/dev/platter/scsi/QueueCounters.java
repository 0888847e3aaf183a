package dev.platter.scsi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What one queue's READ and WRITE commands have done; the owner thread's, to be read by any. */
final class QueueCounters {
    private static final int READ_COMMANDS = 0;
    private static final int WRITE_COMMANDS = 1;
    private static final int BLOCKS_READ = 2;
    private static final int BLOCKS_WRITTEN = 3;
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] counts = new long[4];

    void read(long blocks) {
        add(READ_COMMANDS, 1);
        add(BLOCKS_READ, blocks);
    }

    void written(long blocks) {
        add(WRITE_COMMANDS, 1);
        add(BLOCKS_WRITTEN, blocks);
    }

    /** One thread adds: no atomic addition is needed, only that a reader sees whole numbers. */
    private void add(int index, long more) {
        LONGS.setOpaque(counts, index, counts[index] + more);
    }

    UnitStatistics statistics() {
        return new UnitStatistics(
                get(READ_COMMANDS), get(WRITE_COMMANDS), get(BLOCKS_READ), get(BLOCKS_WRITTEN));
    }

    private long get(int index) {
        return (long) LONGS.getOpaque(counts, index);
    }
}
