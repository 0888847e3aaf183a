package dev.platter.backend.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockQueueStatistics;
import org.junit.jupiter.api.Test;

class IoCountersTest {
    private static void times(int times, Runnable count) {
        for (int i = 0; i < times; i++) {
            count.run();
        }
    }

    @Test
    void eachCountHasItsOwnPlace() {
        IoCounters counters = new IoCounters();
        times(1, counters::countRead);
        times(2, counters::countWrite);
        times(3, counters::countDurableWrite);
        times(4, counters::countSync);
        times(5, counters::countElidedFlush);
        times(6, counters::countZeroes);
        times(7, counters::countDiscard);
        times(8, counters::countBounced);
        times(9, counters::countError);
        assertThat(counters.snapshot())
                .isEqualTo(new BlockQueueStatistics(1, 2, 3, 4, 5, 6, 7, 8, 9));
    }

    @Test
    void countsAreMovedToASum() {
        IoCounters counters = new IoCounters();
        IoCounters sum = new IoCounters();
        times(2, counters::countRead);
        times(3, counters::countError);
        counters.moveTo(sum);
        counters.countRead();
        counters.moveTo(sum);
        assertThat(sum.snapshot()).isEqualTo(new BlockQueueStatistics(3, 0, 0, 0, 0, 0, 0, 0, 3));
        assertThat(counters.snapshot()).isEqualTo(BlockQueueStatistics.ZERO);
    }
}
