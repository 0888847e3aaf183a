package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hot path allocates nothing. */
final class AllocationTest {
    private static final int WARM_UP = 30_000;
    private static final int MEASURED = 10_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00 00 00 00 00 00",
                "28 00 00000001 00 0008 00",
                "2a 00 00000001 00 0008 00",
                "2a 08 00000001 00 0008 00",
                "88 00 0000000000000001 00000008 00 00",
                "35 00 00000000 00 0000 00"
            })
    void commandAllocatesNothing(String cdb) throws Exception {
        byte[] bytes = Initiator.bytes(cdb);
        LogicalUnit unit =
                new LogicalUnit(
                        new IdleBackend(),
                        LogicalUnitOptions.builder().cacheMode(CacheMode.WRITEBACK).build());
        try (Arena arena = Arena.ofConfined()) {
            ScsiCommand command = new ScsiCommand(arena, 0, 4);
            MemorySegment data = arena.allocate(8 * 512);
            System.arraycopy(bytes, 0, command.cdb(), 0, bytes.length);
            ScsiTarget target = new ScsiTarget(Map.of(0, unit));
            try (ScsiTargetQueue queue =
                    target.openQueue(1, new ScsiCommand[] {command}, ended -> {})) {
                boolean in = cdb.startsWith("28") || cdb.startsWith("88");
                run(queue, command, data, in, WARM_UP);
                // The first call of the measurement allocates in the JDK; so does late compilation,
                // and so the least of a few rounds counts.
                long least = Long.MAX_VALUE;
                for (int round = 0; round < 5; round++) {
                    long before = THREADS.getCurrentThreadAllocatedBytes();
                    run(queue, command, data, in, MEASURED);
                    least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
                }
                assertThat(command.status()).isEqualTo(ScsiStatus.GOOD);
                assertThat(least).isZero();
            }
        }
    }

    private static void run(
            ScsiTargetQueue queue, ScsiCommand command, MemorySegment data, boolean in, int times) {
        for (int i = 0; i < times; i++) {
            command.clear();
            (in ? command.dataIn() : command.dataOut()).add(data, 0, data.byteSize());
            queue.start(0, command);
            queue.poll();
        }
    }

    /** Ends everything well and keeps nothing. */
    private static final class IdleBackend implements BlockBackend {
        @Override
        public long sizeBytes() {
            return 1 << 20;
        }

        @Override
        public boolean readOnly() {
            return false;
        }

        @Override
        public BlockLimits limits() {
            return new BlockLimits(512, 1 << 20, 512, 0, 4096, 1 << 20, true);
        }

        @Override
        public String description() {
            return "idle";
        }

        @Override
        public BlockQueue openQueue(int capacity) {
            return new IdleQueue();
        }

        @Override
        public BlockQueueStatistics statistics() {
            return BlockQueueStatistics.ZERO;
        }

        @Override
        public void close() {}
    }

    private static final class IdleQueue implements BlockQueue {
        private long tag = -1;
        private int result;

        private boolean accept(long newTag, long newResult) {
            tag = newTag;
            result = (int) newResult;
            return true;
        }

        @Override
        public int capacity() {
            return 1;
        }

        @Override
        public int inFlight() {
            return tag < 0 ? 0 : 1;
        }

        @Override
        public boolean readv(long newTag, long offsetBytes, IoVector target) {
            return accept(newTag, target.lengthBytes());
        }

        @Override
        public boolean writev(long newTag, long offsetBytes, IoVector source, int flags) {
            return accept(newTag, source.lengthBytes());
        }

        @Override
        public boolean flush(long newTag) {
            return accept(newTag, 0);
        }

        @Override
        public boolean writeZeroes(long newTag, long offset, long length, int flags) {
            return accept(newTag, 0);
        }

        @Override
        public boolean discard(long newTag, long offset, long length, int flags) {
            return accept(newTag, 0);
        }

        @Override
        public int poll(CompletionHandler handler) {
            if (tag < 0) {
                return 0;
            }
            long done = tag;
            tag = -1;
            handler.completed(done, result);
            return 1;
        }

        @Override
        public int completionFd() {
            return -1;
        }

        @Override
        public BlockQueueStatistics statistics() {
            return BlockQueueStatistics.ZERO;
        }

        @Override
        public void close() {}
    }
}
