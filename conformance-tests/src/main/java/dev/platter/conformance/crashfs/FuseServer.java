package dev.platter.conformance.crashfs;

import dev.platter.linux.Descriptors;
import dev.platter.linux.Errnos;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The threads that read requests from an open {@code /dev/fuse} and answer them, until the kernel
 * ends the connection. They touch no file of the file system they serve.
 */
final class FuseServer {
    private static final long IDLE = 0;
    private static final int MESSAGE_BYTES = Fuse.MAX_TRANSFER_BYTES + 8192;

    private final int device;
    private final FuseOperations operations;
    private final List<Thread> threads = new ArrayList<>();

    /** Since when each thread has been at a request, or {@link #IDLE}. */
    private final AtomicLongArray busySince;

    FuseServer(int device, FuseOperations operations, int threadCount) {
        this.device = device;
        this.operations = operations;
        busySince = new AtomicLongArray(threadCount);
        for (int i = 0; i < threadCount; i++) {
            int index = i;
            Thread thread = new Thread(() -> serve(index), "crashfs-" + index);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    /** Waits for the threads' end, which the kernel brings about when it ends the connection. */
    boolean join(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (Thread thread : threads) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            thread.join(Math.max(1, left));
        }
        return threads.stream().noneMatch(Thread::isAlive);
    }

    /** How long the longest request in progress has taken so far. */
    long longestMillis() {
        long now = System.nanoTime();
        long longest = 0;
        for (int i = 0; i < busySince.length(); i++) {
            long since = busySince.get(i);
            if (since != IDLE) {
                longest = Math.max(longest, now - since);
            }
        }
        return TimeUnit.NANOSECONDS.toMillis(longest);
    }

    private void serve(int index) {
        try (Arena arena = Arena.ofConfined()) {
            FuseRequest request = new FuseRequest(arena.allocate(MESSAGE_BYTES, 4096));
            FuseReply reply = new FuseReply(arena.allocate(MESSAGE_BYTES, 4096));
            while (true) {
                long received = Descriptors.read(device, request.message, MESSAGE_BYTES);
                if (received > 0) {
                    request.received((int) received);
                    busySince.set(index, System.nanoTime() | 1);
                    answer(request, reply);
                    busySince.set(index, IDLE);
                } else if (!passing((int) received)) {
                    return;
                }
            }
        }
    }

    /** Whether the kernel only had a request taken back; all else is the connection's end. */
    private static boolean passing(int answer) {
        return answer == -Errnos.EINTR || answer == -Errnos.EAGAIN || answer == -Errnos.ENOENT;
    }

    private void answer(FuseRequest request, FuseReply reply) {
        int error;
        try {
            error = operations.perform(request, reply);
        } catch (RuntimeException | OutOfMemoryError failure) {
            // An unanswered request would hang its caller, and with it this process.
            error = -Errnos.EIO;
            System.err.println("crash file system: opcode " + request.opcode() + ": " + failure);
        }
        if (error != FuseOperations.SILENT) {
            // Refused where the caller has been killed meanwhile: then nobody waits for it.
            Descriptors.write(device, reply.message, reply.complete(request.unique(), error));
        }
    }
}
