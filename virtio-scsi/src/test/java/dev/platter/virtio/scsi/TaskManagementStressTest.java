package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Functions and commands cross between the owners of three queues; none is lost. */
class TaskManagementStressTest {
    private static final int ROUNDS = 2_000;

    private volatile boolean stopped;

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
    void everyFunctionAndCommandIsAnswered() throws InterruptedException {
        try (Rig rig = new Rig()) {
            Driver one = rig.requests(2, Rig.FEATURES);
            Driver two = rig.requests(3, Rig.FEATURES);
            Driver control = rig.control();
            rig.disk.cancels = tag -> ThreadLocalRandom.current().nextBoolean();
            List<Thread> owners = List.of(owner(one), owner(two), owner(control));
            int read = one.read(Cdbs.read10(0, 1), 512).head();
            int otherRead = two.read(Cdbs.read10(0, 1), 512).head();
            control.manage(VirtioScsi.TMF_ABORT_TASK, 0, 0, 1);
            for (Driver driver : List.of(one, two, control)) {
                driver.toProcess.release(); // an owner may be asleep already
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (Driver driver : List.of(one, two, control)) {
                    awaitUsed(driver);
                }
                send(one, read);
                send(control, 0);
                send(two, otherRead);
            }
            for (Driver driver : List.of(one, two, control)) {
                awaitUsed(driver);
            }
            stopped = true;
            for (Driver driver : List.of(one, two, control)) {
                driver.toProcess.release();
            }
            for (Thread owner : owners) {
                owner.join();
            }
            assertThat(control.handler.inFlight()).isZero();
            assertThat(one.handler.broken() || two.handler.broken() || control.handler.broken())
                    .isFalse();
            assertThat(control.ring.usedIdx()).isEqualTo(ROUNDS + 1);
        }
    }

    /** A thread that waits when it may: a wake-up that is lost leaves it waiting. */
    private Thread owner(Driver driver) {
        return Thread.ofPlatform()
                .start(
                        () -> {
                            while (!stopped) {
                                driver.run();
                                if (driver.handler.enableKicks()) {
                                    driver.toProcess.acquireUninterruptibly();
                                    driver.toProcess.drainPermits();
                                }
                            }
                        });
    }

    private static void send(Driver driver, int head) {
        driver.ring.makeAvailable(head);
        driver.toProcess.release();
    }

    /** Waits for calls only: one that is lost leaves this waiting. */
    private static void awaitUsed(Driver driver) throws InterruptedException {
        while (driver.ring.usedIdx() != driver.ring.availIdx()) {
            driver.toCollect.acquire();
        }
    }
}
