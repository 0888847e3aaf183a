package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuClockTest {
    @Test
    void ownTimeGrowsWithWork() {
        CpuClock own = CpuClock.ofProcess(0);
        CpuClock byNumber = CpuClock.ofProcess(ProcessHandle.current().pid());
        long before = own.nanos();
        long sum = 0;
        while (byNumber.nanos() < before + 1_000_000) {
            sum++;
        }
        assertThat(sum).isPositive();
        assertThat(own.nanos()).isGreaterThanOrEqualTo(before + 1_000_000);
    }

    @Test
    void anotherProcessHasAClockUntilItHasEnded() throws Exception {
        Process other = new ProcessBuilder("cat").start();
        CpuClock clock = CpuClock.ofProcess(other.pid());
        assertThat(clock.nanos()).isPositive();
        other.getOutputStream().close();
        other.waitFor();
        assertThat(clock.nanos()).isEqualTo(-Errnos.EINVAL);
    }
}
