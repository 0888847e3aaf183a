package dev.platter.vhostuser;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.linux.Descriptors;
import dev.platter.linux.MappedFile;
import dev.platter.linux.Memory;
import java.util.BitSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Ranges become the bits of their pages, and those of others stay. */
class DirtyBitmapTest {
    private static final int LOG_BYTES = 512;
    private static final int PAGES = LOG_BYTES * Byte.SIZE;
    private static final long MEMORY_BYTES = PAGES * 4096L;

    @Property(tries = 300)
    void marksThePagesOfARangeAndNoOthers(
            @ForAll @LongRange(max = MEMORY_BYTES + 8192) long address,
            @ForAll @IntRange(min = 1, max = 1 << 20) int lengthBytes,
            @ForAll @IntRange(max = PAGES - 1) int markedBefore)
            throws Exception {
        int fd = Memory.memfd("dirty-log", 4096);
        try (MappedFile file = Memory.map(fd, 0, 4096, true);
                DirtyBitmap log = DirtyBitmap.map(fd, 0, LOG_BYTES)) {
            log.mark(markedBefore * 4096L, 1);
            log.mark(address, lengthBytes);
            BitSet expected = new BitSet();
            expected.set(markedBefore);
            for (long at = address & -4096L; at < address + lengthBytes; at += 4096) {
                if (at < MEMORY_BYTES) {
                    expected.set((int) (at / 4096));
                }
            }
            assertThat(BitSet.valueOf(file.segment().toArray(JAVA_BYTE))).isEqualTo(expected);
        } finally {
            Descriptors.close(fd);
        }
    }

    /** Two queues mark neighbouring pages, in the same words, at the same time. */
    @Test
    void noMarkIsLostBetweenThreads() throws Exception {
        int fd = Memory.memfd("dirty-log", 4096);
        try (DirtyBitmap log = DirtyBitmap.map(fd, 0, LOG_BYTES);
                MappedFile file = Memory.map(fd, 0, 4096, true)) {
            Thread[] threads = new Thread[2];
            for (int t = 0; t < threads.length; t++) {
                int parity = t;
                threads[t] =
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            for (int page = parity; page < PAGES; page += 2) {
                                                log.mark(page * 4096L, 4096);
                                            }
                                        });
            }
            for (Thread thread : threads) {
                thread.join();
            }
            BitSet marked = BitSet.valueOf(file.segment().toArray(JAVA_BYTE));
            assertThat(marked.cardinality()).isEqualTo(PAGES);
        } finally {
            Descriptors.close(fd);
        }
    }
}
