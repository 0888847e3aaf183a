package dev.platter.scsi;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sanitize operation of a logical unit (SBC-4 §4.11): nothing that was on the disk can be read
 * back, block after block, to the last; flushed at its end whatever the cache mode but {@code
 * unsafe}. The work is done by the unit's background thread; what runs, and how far, may be asked
 * by any.
 */
final class Sanitize {
    private static final Logger LOG = LoggerFactory.getLogger(Sanitize.class);
    private static final int BUFFER_BYTES = 1 << 18;
    private static final int WHOLE = 65536;

    private final LogicalUnit unit;
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicInteger begun = new AtomicInteger();
    private volatile boolean failed;
    private volatile boolean stopped;
    private volatile int progress;

    /**
     * How to wipe.
     *
     * @param pattern what to write over and over, or none for a block erase
     * @param passes how often
     * @param invert whether every other pass writes the pattern's complement
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, and never changed.
    record Order(byte[] pattern, int passes, boolean invert) {
        static final Order BLOCK_ERASE = new Order(new byte[0], 1, false);
    }

    Sanitize(LogicalUnit unit) {
        this.unit = unit;
    }

    /** Whether one is running: then no command reaches the medium. */
    boolean isRunning() {
        return running.get();
    }

    /** Whether the last one failed, and left some blocks as they were. */
    boolean hasFailed() {
        return failed;
    }

    /** Forgets that the last one failed. */
    void exitFailureMode() {
        failed = false;
    }

    /**
     * How many have begun: what was read of the unit before one may not be written back behind it.
     */
    int begun() {
        return begun.get();
    }

    /** Gives a running one up as failed, as soon as it looks; none begins any more. */
    void stop() {
        stopped = true;
    }

    /** In 65536ths, or {@link SenseData#NO_PROGRESS}. */
    int progress() {
        return running.get() ? progress : SenseData.NO_PROGRESS;
    }

    /** Says that one runs from now on; false if one does already. */
    boolean begin() {
        progress = 0;
        boolean first = running.compareAndSet(false, true);
        if (first) {
            begun.incrementAndGet();
        }
        return first;
    }

    /** Does the work that {@link #begin} has announced; 0, or a negative errno. */
    int run(Order order) {
        int result = -Errno.EIO;
        try (BlockClient client = new BlockClient(unit.backend());
                Arena arena = Arena.ofConfined()) {
            result = passes(client, arena, order);
            if (result >= 0 && unit.flushes()) {
                result = client.flush();
            }
        } catch (BackendException e) {
            result = e.errno() == 0 ? -Errno.EIO : -e.errno();
        } finally {
            failed = result < 0;
            running.set(false);
        }
        if (result < 0) {
            LOG.error("{}: sanitizing failed: errno {}", unit.backend().description(), -result);
        }
        return Math.min(result, 0);
    }

    private int passes(BlockClient client, Arena arena, Order order) {
        if (order.pattern().length == 0) {
            return erase(client);
        }
        MemorySegment buffer = arena.allocate(BUFFER_BYTES, 4096);
        fill(buffer, order.pattern(), unit.geometry().blockBytes());
        IoVector vector = new IoVector(arena, 1);
        int result = 0;
        for (int pass = 0; pass < order.passes() && result >= 0; pass++) {
            if (pass > 0 && order.invert()) {
                invert(buffer);
            }
            result = overwrite(client, buffer, vector, pass, order.passes());
        }
        return result;
    }

    /** Every block begins with the pattern anew (SBC-4 §5.32.2). */
    private static void fill(MemorySegment buffer, byte[] pattern, int blockBytes) {
        byte[] block = new byte[blockBytes];
        for (int i = 0; i < blockBytes; i++) {
            block[i] = pattern[i % pattern.length];
        }
        for (long at = 0; at < BUFFER_BYTES; at += blockBytes) {
            MemorySegment.copy(MemorySegment.ofArray(block), 0, buffer, at, blockBytes);
        }
    }

    private static void invert(MemorySegment buffer) {
        for (long at = 0; at < BUFFER_BYTES; at += Long.BYTES) {
            long value = buffer.get(ValueLayout.JAVA_LONG, at);
            buffer.set(ValueLayout.JAVA_LONG, at, ~value);
        }
    }

    private int overwrite(
            BlockClient client, MemorySegment buffer, IoVector vector, int pass, int passes) {
        long end = unit.backend().sizeBytes();
        int step = Math.min(BUFFER_BYTES, unit.geometry().maxTransferBytes());
        for (long at = 0; at < end; at += step) {
            vector.clear();
            vector.add(buffer, 0, Math.min(step, end - at));
            int result = stopped ? -Errno.ECANCELED : client.write(at, vector, IoFlags.NONE);
            if (result < 0) {
                return result;
            }
            progress(pass + (double) at / end, passes);
        }
        // A pass that stays in a cache is none.
        return unit.flushes() ? client.flush() : 0;
    }

    private int erase(BlockClient client) {
        long end = unit.backend().sizeBytes();
        long step = unit.geometry().maxZeroBytes();
        int flags = unit.geometry().thin() ? IoFlags.MAY_UNMAP : IoFlags.NONE;
        for (long at = 0; at < end; at += step) {
            int result =
                    stopped
                            ? -Errno.ECANCELED
                            : client.writeZeroes(at, Math.min(step, end - at), flags);
            if (result < 0) {
                return result;
            }
            progress((double) at / end, 1);
        }
        return 0;
    }

    private void progress(double done, int whole) {
        progress = (int) Math.min(WHOLE - 1, done / whole * WHOLE);
    }
}
