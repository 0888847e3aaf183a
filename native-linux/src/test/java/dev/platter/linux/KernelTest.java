package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class KernelTest {
    @Test
    void theReleaseIsThatOfTheRunningKernel() throws Exception {
        String release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
        assertThat(Kernel.release()).isEqualTo(release);
        assertThat(Kernel.atLeast(2, 6)).isTrue();
        assertThat(Kernel.atLeast(1000, 0)).isFalse();
    }

    @Test
    void versionsCompareAsNumbers() {
        assertThat(Kernel.atLeast("5.10.0-33-amd64", 5, 9)).isTrue();
        assertThat(Kernel.atLeast("5.10.0-33-amd64", 5, 10)).isTrue();
        assertThat(Kernel.atLeast("5.10.0-33-amd64", 5, 11)).isFalse();
        assertThat(Kernel.atLeast("6.1", 5, 11)).isTrue();
        assertThat(Kernel.atLeast("6.1", 6, 2)).isFalse();
        assertThat(Kernel.atLeast("unknown", 0, 0)).isFalse();
    }

    @Test
    void theProcessKnowsItself() {
        assertThat(Kernel.processId()).isEqualTo((int) ProcessHandle.current().pid());
    }

    @Test
    void aPageIsAPowerOfTwo() {
        assertThat(Integer.bitCount(Kernel.pageSize())).isEqualTo(1);
        assertThat(Kernel.pageSize()).isGreaterThanOrEqualTo(4096);
    }

    @Test
    void theLockedMemoryLimitIsThatOfTheProcess() throws Exception {
        String line =
                Files.readAllLines(Path.of("/proc/self/limits")).stream()
                        .filter(each -> each.startsWith("Max locked memory"))
                        .findFirst()
                        .orElseThrow();
        String soft = line.substring("Max locked memory".length()).strip().split(" +", -1)[0];
        long expected = soft.equals("unlimited") ? -1 : Long.parseLong(soft);
        assertThat(Kernel.lockedMemoryLimitBytes()).isEqualTo(expected);
    }

    @Test
    void theIoUringProbeAnswersAndLeavesNothingOpen() {
        int before = Descriptors.openCount();
        assertThat(Kernel.ioUringProbe())
                .isIn(0, -Errnos.ENOSYS, -Errnos.EPERM, -Errnos.ENOMEM, -Errnos.EACCES);
        assertThat(Descriptors.openCount()).isEqualTo(before);
    }
}
