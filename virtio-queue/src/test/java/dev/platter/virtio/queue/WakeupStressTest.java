package dev.platter.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.virtio.queue.RingBuilder.Piece;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A driver and a device on two threads that sleep whenever they may. Each counts on being woken: a
 * lost kick or call leaves one of them waiting until its patience ends, and fails the test.
 */
class WakeupStressTest {
    private static final int PATIENCE_SECONDS = 60;

    private final Semaphore kicks = new Semaphore(0);
    private final Semaphore calls = new Semaphore(0);

    @ParameterizedTest
    @CsvSource({
        "SPLIT, 1, true",
        "SPLIT, 1, false",
        "SPLIT, 2, true",
        "SPLIT, 8, true",
        "SPLIT, 8, false",
        "SPLIT, 64, true",
        "SPLIT, 1024, true",
        "PACKED, 1, true",
        "PACKED, 1, false",
        "PACKED, 2, true",
        "PACKED, 7, true",
        "PACKED, 7, false",
        "PACKED, 64, true",
        "PACKED, 1024, true"
    })
    void noWakeupIsLost(Layout layout, int size, boolean eventIdx) throws Exception {
        int requests = 100_000;
        long features = eventIdx ? VirtioFeatures.RING_EVENT_IDX : 0;
        try (Arena arena = Arena.ofShared();
                ExecutorService pool = Executors.newFixedThreadPool(2)) {
            RingBuilder ring = RingBuilder.of(layout, arena, size, 16L * size + 64).startAt(0xf000);
            VirtQueue queue = ring.queue(features);
            Future<Integer> device = pool.submit(new Device(queue, requests));
            Future<Integer> driver = pool.submit(new Driver(ring, eventIdx, requests));
            assertThat(driver.get()).isEqualTo(requests);
            assertThat(device.get()).isEqualTo(requests);
        }
    }

    private static boolean sleep(Semaphore semaphore) throws InterruptedException {
        boolean woken = semaphore.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
        semaphore.drainPermits();
        return woken;
    }

    private final class Device implements Callable<Integer> {
        private final VirtQueue queue;
        private final int requests;
        private final DescriptorChain chain = new DescriptorChain(4);
        private final byte[] number = new byte[4];
        private int done;

        Device(VirtQueue queue, int requests) {
            this.queue = queue;
            this.requests = requests;
        }

        @Override
        public Integer call() throws InterruptedException {
            while (done < requests) {
                queue.disableNotifications();
                int head = queue.pop(chain);
                while (head >= 0) {
                    // Echo the request's number, so that stale data shows at the driver.
                    assertThat(chain.copyReadable(0, number, 0, 4)).isEqualTo(4);
                    chain.writeWritable(0, number, 0, 4);
                    queue.push(head, 4);
                    done++;
                    head = queue.pop(chain);
                }
                assertThat(head).isEqualTo(VirtQueue.NONE);
                if (queue.shouldNotify()) {
                    calls.release();
                }
                if (done < requests && queue.enableNotifications()) {
                    assertThat(sleep(kicks)).as("kick after %d requests", done).isTrue();
                }
            }
            return done;
        }
    }

    private final class Driver implements Callable<Integer> {
        private final RingBuilder ring;
        private final boolean eventIdx;
        private final int requests;

        /** One request takes one or two descriptors: a readable and a writable buffer. */
        private final int perRequest;

        private final Queue<Integer> heads = new ArrayDeque<>();
        private int sent;
        private int used;

        Driver(RingBuilder ring, boolean eventIdx, int requests) {
            this.ring = ring;
            this.eventIdx = eventIdx;
            this.requests = requests;
            perRequest = ring.size == 1 ? 1 : 2;
        }

        @Override
        public Integer call() throws InterruptedException {
            int capacity = ring.size / perRequest;
            while (used < requests) {
                int before = ring.availPosition();
                while (sent < requests && sent - used < capacity) {
                    send();
                }
                if (ring.kickWanted(before, eventIdx)) {
                    kicks.release();
                }
                if (!takeUsed() && mayWait()) {
                    assertThat(sleep(calls)).as("call after %d requests", used).isTrue();
                }
            }
            return used;
        }

        /** Requests are used in order here, so that the slot follows from the number. */
        private void send() {
            long buffer = buffer(sent);
            for (int i = 0; i < 4; i++) {
                ring.guestByte(buffer + i, (byte) (sent >> (8 * i)));
            }
            Piece number = new Piece(buffer, 4, 0);
            Piece echo = new Piece(buffer + 8, 4, RingBuilder.WRITE);
            int head = perRequest == 2 ? ring.offer(number, echo) : ring.offer(number);
            heads.add(head);
            sent++;
        }

        private long buffer(int request) {
            return RingBuilder.BASE + 16L * (request % (ring.size / perRequest));
        }

        private boolean takeUsed() {
            int start = used;
            while (ring.hasUsed()) {
                assertThat(ring.takeUsed()).isEqualTo(heads.remove());
                for (int i = 0; perRequest == 2 && i < 4; i++) {
                    assertThat(ring.guestByte(buffer(used) + 8 + i))
                            .isEqualTo((byte) (used >> (8 * i)));
                }
                used++;
            }
            return used != start;
        }

        /** Asks for a call, then looks once more. */
        private boolean mayWait() {
            if (eventIdx) {
                ring.wantCallAt(ring.usedPosition());
            } else {
                ring.wantCalls(true);
            }
            VarHandle.fullFence();
            boolean nothing = !ring.hasUsed();
            if (!nothing && !eventIdx) {
                ring.wantCalls(false);
            }
            return nothing && used < requests;
        }
    }
}
