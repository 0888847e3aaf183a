package dev.platter.backend.posix;

import dev.platter.backend.posix.FaultFileCalls.Call;
import dev.platter.backend.posix.FaultFileCalls.Script;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/** A host that holds certain calls, before it makes them, until the gate is opened. */
final class Gate extends Script {
    private final Predicate<Call> held;
    private final Semaphore arrived = new Semaphore(0);
    private final CountDownLatch opened = new CountDownLatch(1);

    Gate(Predicate<Call> held) {
        this.held = held;
    }

    /** One that holds writes at an offset. */
    static Gate ofWriteAt(long offset) {
        return new Gate(call -> call.name().equals("pwritev2") && call.offset() == offset);
    }

    @Override
    long before(Call call) throws Exception {
        if (held.test(call)) {
            arrived.release();
            opened.await();
        }
        return PASS;
    }

    /** Waits until a call is held. */
    void awaitHeld() {
        arrived.acquireUninterruptibly();
    }

    void release() {
        opened.countDown();
    }
}
