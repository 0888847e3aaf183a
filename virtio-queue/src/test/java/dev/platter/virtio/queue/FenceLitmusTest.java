package dev.platter.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.virtio.queue.RingBuilder.Piece;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Both sides of one handshake at the same instant, again and again: each stores, then loads what
 * the other stored. Without a full fence in between both may miss the other's store, and a wake-up
 * is lost. A store is late by nanoseconds only, so the two are released together, with small delays
 * that vary.
 */
class FenceLitmusTest {
    private static final int ROUNDS = 200_000;

    /** Where threads have to share a processor a round takes long; then fewer have to do. */
    private static final long PATIENCE_NANOS = 3_000_000_000L;

    private static final int START = 0xff00;
    private static final Piece BYTE = new Piece(RingBuilder.BASE, 1, 0);

    private final AtomicInteger arrived = new AtomicInteger();
    private final long start = System.nanoTime();
    private volatile boolean enough;

    @ParameterizedTest
    @CsvSource({"SPLIT, false", "SPLIT, true", "PACKED, false", "PACKED, true"})
    void ownerNeverSleepsWhileTheDriverThinksItIsAwake(Layout layout, boolean eventIdx)
            throws Exception {
        try (Arena arena = Arena.ofShared();
                ExecutorService pool = Executors.newSingleThreadExecutor()) {
            RingBuilder ring = RingBuilder.of(layout, arena, 4, 64).startAt(START);
            VirtQueue queue = ring.queue(eventIdx ? VirtioFeatures.RING_EVENT_IDX : 0);
            boolean[] kicked = new boolean[1];
            queue.disableNotifications();
            Future<?> driver =
                    pool.submit(
                            () -> {
                                for (int i = 0; !enough; i++) {
                                    int before = ring.availPosition();
                                    meet(3 * i, i & 31);
                                    ring.offer(BYTE);
                                    kicked[0] = ring.kickWanted(before, eventIdx);
                                    meet(3 * i + 1, 0);
                                    meet(3 * i + 2, 0);
                                    ring.takeUsed();
                                }
                            });
            DescriptorChain chain = new DescriptorChain(1);
            int lost = 0;
            int missed = 0;
            for (int i = 0; !enough; i++) {
                meet(3 * i, (i >> 5) & 31);
                boolean asleep = queue.enableNotifications();
                meet(3 * i + 1, 0);
                lost += asleep && !kicked[0] ? 1 : 0;
                queue.disableNotifications();
                int head = queue.pop(chain);
                if (head < 0) {
                    missed++;
                } else {
                    queue.push(head, 0);
                }
                enough = isEnough(i);
                meet(3 * i + 2, 0);
            }
            driver.get();
            assertThat(missed).as("chains not seen").isZero();
            assertThat(lost).as("kicks lost").isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"SPLIT, false", "SPLIT, true", "PACKED, false", "PACKED, true"})
    void driverNeverSleepsWhileTheOwnerThinksItIsAwake(Layout layout, boolean eventIdx)
            throws Exception {
        try (Arena arena = Arena.ofShared();
                ExecutorService pool = Executors.newSingleThreadExecutor()) {
            RingBuilder ring = RingBuilder.of(layout, arena, 4, 64).startAt(START);
            VirtQueue queue = ring.queue(eventIdx ? VirtioFeatures.RING_EVENT_IDX : 0);
            ring.wantCalls(false);
            ring.offer(BYTE);
            boolean[] asleep = new boolean[1];
            Future<?> driver =
                    pool.submit(
                            () -> {
                                for (int i = 0; !enough; i++) {
                                    meet(3 * i, i & 31);
                                    if (eventIdx) {
                                        ring.wantCallAt(ring.usedPosition());
                                    } else {
                                        ring.wantCalls(true);
                                    }
                                    VarHandle.fullFence();
                                    asleep[0] = !ring.hasUsed();
                                    meet(3 * i + 1, 0);
                                    if (!eventIdx) {
                                        ring.wantCalls(false);
                                    }
                                    ring.takeUsed();
                                    ring.offer(BYTE);
                                    meet(3 * i + 2, 0);
                                }
                            });
            DescriptorChain chain = new DescriptorChain(1);
            int lost = 0;
            for (int i = 0; !enough; i++) {
                int head = queue.pop(chain);
                meet(3 * i, (i >> 5) & 31);
                queue.push(head, 0);
                boolean called = queue.shouldNotify();
                meet(3 * i + 1, 0);
                lost += asleep[0] && !called ? 1 : 0;
                enough = isEnough(i);
                meet(3 * i + 2, 0);
            }
            driver.get();
            assertThat(lost).as("calls lost").isZero();
        }
    }

    /** The owner's word, given before the last meeting of a round and read by both behind it. */
    private boolean isEnough(int round) {
        return round + 1 == ROUNDS || System.nanoTime() - start > PATIENCE_NANOS;
    }

    /** Leaves once both sides have come here for this time, and a little later if told so. */
    private void meet(int time, int delay) {
        arrived.incrementAndGet();
        for (int spins = 0; arrived.get() < 2 * (time + 1); spins++) {
            if (spins < 2_000) {
                Thread.onSpinWait();
            } else {
                // The other one is not running: more threads than processors.
                LockSupport.parkNanos(1);
            }
        }
        for (int i = 0; i < delay; i++) {
            Thread.onSpinWait();
        }
    }
}
