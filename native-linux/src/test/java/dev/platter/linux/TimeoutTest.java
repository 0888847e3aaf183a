package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimeoutTest {
    @Test
    void noEndStaysNoEndAndNoWaitStaysNoWait() {
        assertThat(Timeout.remainingMillis(-1, Timeout.deadline(-1))).isEqualTo(-1);
        assertThat(Timeout.remainingMillis(Long.MIN_VALUE, 0)).isEqualTo(-1);
        assertThat(Timeout.remainingMillis(0, Timeout.deadline(0))).isZero();
    }

    @Test
    void whatIsLeftIsNeverMoreThanAskedNorLessThanNothing() {
        assertThat(Timeout.remainingMillis(5_000, Timeout.deadline(5_000))).isBetween(0, 5_000);
        assertThat(Timeout.remainingMillis(Long.MAX_VALUE, Timeout.deadline(Long.MAX_VALUE)))
                .isPositive();
        assertThat(Timeout.remainingMillis(1, System.nanoTime() - 1)).isZero();
    }

    @Test
    void aPartOfAMillisecondIsWaitedWhole() {
        long farAndAPart = System.nanoTime() + 3_600_000_000_001L;
        assertThat(Timeout.remainingMillis(3_600_001, farAndAPart)).isPositive();
        assertThat(Timeout.remainingMillis(10, System.nanoTime() + 9_999_999)).isBetween(0, 10);
    }
}
