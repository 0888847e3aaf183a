package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The calls of the data path, once compiled, allocate nothing on the heap. Only then: the JDK makes
 * a slice of the errno buffer in each call (40 bytes), which goes away when the optimizing compiler
 * has inlined it. On a busy machine that may take that compiler a while.
 */
class ZeroAllocationTest {
    private static final int WARM_UP = 20_000;
    private static final int MEASURED = 2_000;
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final long COMPILER_TURN_NANOS = 2_000_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir Path directory;

    @Test
    void preadv2() {
        try (TestFile file = new TestFile(directory.resolve("image"))) {
            file.write(0, 0);
            assertAllocatesNothing(() -> file.read(0, 0));
        }
    }

    @Test
    void pwritev2() {
        try (TestFile file = new TestFile(directory.resolve("image"))) {
            assertAllocatesNothing(() -> file.write(0, 0));
        }
    }

    @Test
    void aFailingCall() {
        try (TestFile file = new TestFile(directory.resolve("image"))) {
            assertAllocatesNothing(() -> file.calls.preadv2(-1, file.iovecs, 1, 0, 0));
        }
    }

    @Test
    void fdatasync() throws Exception {
        int memory = Memory.memfd("synced", 4096);
        try (Arena arena = Arena.ofConfined()) {
            LinuxFileCalls calls = new LinuxFileCalls(arena);
            assertAllocatesNothing(() -> calls.fdatasync(memory));
        }
        Descriptors.close(memory);
    }

    @Test
    void fallocate() {
        try (TestFile file = new TestFile(directory.resolve("image"))) {
            int mode = FallocateModes.FALLOC_FL_KEEP_SIZE;
            assertAllocatesNothing(() -> file.calls.fallocate(file.fd, mode, 0, 4096));
        }
    }

    @Test
    void signalAndDrain() throws Exception {
        try (EventFd event = EventFd.create()) {
            assertAllocatesNothing(event::signal);
            assertAllocatesNothing(event::drain);
        }
    }

    @Test
    void epollAwait() throws Exception {
        try (EventFd event = EventFd.create();
                Epoll epoll = Epoll.create(4)) {
            epoll.add(event.fd(), PollEvents.IN, 1);
            assertAllocatesNothing(() -> epoll.await(0));
            event.signal();
            assertAllocatesNothing(() -> epoll.await(1_000));
            assertAllocatesNothing(() -> epoll.data(0));
            assertAllocatesNothing(() -> epoll.events(0));
        }
    }

    @Test
    void poll() throws Exception {
        try (EventFd event = EventFd.create()) {
            PollSet set = new PollSet(1);
            set.set(0, event.fd(), PollEvents.IN);
            event.signal();
            assertAllocatesNothing(() -> set.await(1_000));
        }
    }

    private static void assertAllocatesNothing(Runnable call) {
        repeat(call, WARM_UP);
        long start = System.nanoTime();
        long allocated;
        do {
            LockSupport.parkNanos(COMPILER_TURN_NANOS);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            repeat(call, MEASURED);
            allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        } while (allocated > 0 && System.nanoTime() - start < PATIENCE_NANOS);
        assertThat(allocated).as("bytes allocated by %d calls", MEASURED).isZero();
    }

    private static void repeat(Runnable call, int times) {
        for (int i = 0; i < times; i++) {
            call.run();
        }
    }
}
