package dev.platter.vhostuser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** How long an owner polls, by what its waits were. */
class PollTimeTest {
    @Test
    void growsToTheLimitWhileWaitsAreLongerThanItAndWithinTheLimit() {
        PollTime time = new PollTime(20_000);
        assertThat(time.nanos()).isZero();
        long[] times = {4_000, 8_000, 16_000, 20_000, 20_000};
        for (long expected : times) {
            time.learn(20_000);
            assertThat(time.nanos()).isEqualTo(expected);
        }
    }

    @Test
    void staysWhileItCoversTheWaits() {
        PollTime time = new PollTime(20_000);
        time.learn(5_000);
        time.learn(4_000);
        time.learn(1);
        assertThat(time.nanos()).isEqualTo(4_000);
    }

    @Test
    void endsWithAWaitThatNoPollingWouldHaveCovered() {
        PollTime time = new PollTime(20_000);
        time.learn(5_000);
        time.learn(20_001);
        assertThat(time.nanos()).isZero();
    }

    @Test
    void limitBelowTheFirstTimeIsKept() {
        PollTime time = new PollTime(1_000);
        time.learn(900);
        assertThat(time.nanos()).isEqualTo(1_000);
    }

    @Test
    void neverLeavesItsRange() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            long max = 1 + random.nextLong(Polling.LIMIT_NANOS);
            PollTime time = new PollTime(max);
            for (int wait = 0; wait < 50; wait++) {
                time.learn(random.nextLong(max + max / 16 + 1));
                assertThat(time.nanos()).as("seed %d", seed).isBetween(0L, max);
            }
        }
    }
}
