package dev.platter.scsi;

import dev.platter.api.block.Errno;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for what a logical unit does that blocks, beside the data path: asking the host where
 * an image has holes, copying between units, sanitizing, keeping reservations in a file. The thread
 * comes with the first work and goes when there is none. Thread-safe.
 */
final class BackgroundWork {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundWork.class);
    private static final long IDLE_SECONDS = 5;

    private final ThreadPoolExecutor executor;

    BackgroundWork(String threadName) {
        executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        work -> Thread.ofPlatform().daemon().name(threadName).unstarted(work));
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Does a piece of work behind those before it.
     *
     * @param work answers 0 or more, or a negative errno
     * @param whenDone told the answer, on the thread that did it
     */
    void run(IntSupplier work, IntConsumer whenDone) {
        executor.execute(() -> whenDone.accept(result(work)));
    }

    /** Takes no more work, and waits for what there is. */
    void close() {
        executor.close();
    }

    private static int result(IntSupplier work) {
        try {
            return work.getAsInt();
        } catch (RuntimeException bug) {
            LOG.error("work in the background failed", bug);
            return -Errno.EIO;
        }
    }
}
