package dev.platter.vhostuser;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A request whose owner polls for it allocates nothing. */
@Timeout(120)
class OwnerPollAllocationTest {
    private static final int ATTEMPTS = 200;

    private final OwnerPollTest polling = new OwnerPollTest();

    @Test
    void polledRequestsAllocateNothing() throws Exception {
        try (OwnerPollTest.Queue queue = polling.new Queue(polling.polling(2))) {
            queue.requestWithKick();
            long allocated = queue.allocated();
            for (int i = 0; i < ATTEMPTS && allocated > 0; i++) {
                allocated = queue.allocated();
            }
            assertThat(allocated).as("bytes in %d requests", OwnerPollTest.REQUESTS).isZero();
        }
    }
}
