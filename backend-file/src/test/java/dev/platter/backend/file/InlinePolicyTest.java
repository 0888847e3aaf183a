package dev.platter.backend.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InlinePolicyTest {
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final long SHORT = 100_000;
    private static final long LONG = 50_000_000;

    /** A clock near the end of its range: times must be compared by their difference. */
    private long now = Long.MAX_VALUE - 1_000_000;

    private final InlinePolicy policy = new InlinePolicy(2);

    @BeforeEach
    void aThreadThatHadNoCompanyYet() {
        OwnerLoad.forget();
    }

    /** A request from acceptance to completion, alone; answers whether the owner made the call. */
    private boolean lone(InlinePolicy of, int kind, long nanos) {
        of.accepted();
        boolean own = of.inline(kind, now);
        now += nanos;
        of.measured(kind, nanos);
        of.ended();
        return own;
    }

    private int ownOf(int calls, int kind, long nanos) {
        int own = 0;
        for (int i = 0; i < calls; i++) {
            own += lone(policy, kind, nanos) ? 1 : 0;
        }
        return own;
    }

    /** Two requests in flight beside each other. */
    private void pair(InlinePolicy first, InlinePolicy second) {
        first.accepted();
        second.accepted();
        assertThat(first.inline(READ, now)).isFalse();
        assertThat(second.inline(READ, now)).isFalse();
        now += SHORT;
        first.measured(READ, SHORT);
        second.measured(READ, SHORT);
        first.ended();
        second.ended();
    }

    @Test
    void theOwnerMakesLoneShortCallsExceptProbes() {
        assertThat(ownOf(10 * InlinePolicy.PROBE_INTERVAL, READ, SHORT))
                .isEqualTo(10 * (InlinePolicy.PROBE_INTERVAL - 1));
    }

    @Test
    void aHostThatTurnsSlowStallsTheOwnerOnce() {
        ownOf(5, READ, SHORT);
        assertThat(ownOf(1000, READ, LONG)).isEqualTo(1);
    }

    @Test
    void theOwnerTriesAgainWhenOthersCallsAreShort() {
        ownOf(1000, READ, LONG);
        int handedOver = 0;
        while (!lone(policy, READ, SHORT)) {
            handedOver++;
        }
        assertThat(handedOver).isBetween(5, 30);
        assertThat(ownOf(20, READ, SHORT)).isEqualTo(20);
    }

    @Test
    void noCallIsSoLongThatItIsNeverForgotten() {
        lone(policy, READ, Long.MAX_VALUE / 2);
        assertThat(ownOf(40, READ, SHORT)).isPositive();
    }

    @Test
    void oneLongCallInTenKeepsTheOwnerAway() {
        int own = 0;
        for (int i = 0; i < 100; i++) {
            own += lone(policy, READ, LONG) ? 1 : 0;
            own += ownOf(9, READ, SHORT);
        }
        assertThat(own).isEqualTo(1);
    }

    @Test
    void aKindThatIsSlowLeavesTheOthersAlone() {
        ownOf(10, WRITE, LONG);
        assertThat(ownOf(10, READ, SHORT)).isEqualTo(10);
        assertThat(ownOf(10, WRITE, SHORT)).isZero();
    }

    @Test
    void companyKeepsTheOwnerAwayForAWhile() {
        lone(policy, READ, SHORT);
        pair(policy, policy);
        long until = now + InlinePolicy.PAUSE_FACTOR * SHORT - SHORT;
        while (until - SHORT - now > 0) {
            assertThat(lone(policy, READ, SHORT)).isFalse();
        }
        now += 3 * SHORT;
        assertThat(lone(policy, READ, SHORT)).isTrue();
        // And looks soon whether there is company still.
        assertThat(lone(policy, READ, SHORT)).isFalse();
        assertThat(lone(policy, READ, SHORT)).isTrue();
    }

    @Test
    void companyOnAnotherQueueOfTheSameThreadCounts() {
        InlinePolicy other = new InlinePolicy(1);
        pair(policy, other);
        assertThat(lone(policy, READ, SHORT)).isFalse();
        assertThat(lone(other, READ, SHORT)).isFalse();
    }

    @Test
    void anotherThreadsQueuesDoNotCount() throws InterruptedException {
        InlinePolicy other = new InlinePolicy(1);
        Thread peer = new Thread(() -> pair(other, other));
        peer.start();
        peer.join();
        policy.accepted();
        assertThat(policy.inline(READ, now)).isTrue();
        policy.ended();
    }

    @Test
    void aQueueThatChangedHandsCountsForItsNewOwner() throws InterruptedException {
        ownOf(3, READ, SHORT);
        boolean[] own = new boolean[1];
        Thread successor =
                new Thread(
                        () -> {
                            pair(policy, policy);
                            own[0] = lone(policy, READ, SHORT);
                        });
        successor.start();
        successor.join();
        assertThat(own[0]).isFalse();
        assertThat(lone(policy, READ, SHORT)).as("this thread had no company").isTrue();
    }

    @Test
    void allocatesNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        ownOf(20_000, READ, SHORT);
        long before = threads.getCurrentThreadAllocatedBytes();
        ownOf(20_000, READ, SHORT);
        long spent = threads.getCurrentThreadAllocatedBytes() - before;
        // The reading itself may allocate a little.
        assertThat(spent).isLessThan(1000);
    }
}
