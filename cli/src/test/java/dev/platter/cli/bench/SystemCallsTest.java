package dev.platter.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SystemCallsTest {
    @Test
    void theSummaryIsReadByCallAndItsTotalLeftOut() {
        List<String> summary =
                List.of(
                        "% time     seconds  usecs/call     calls    errors syscall",
                        "------ ----------- ----------- --------- --------- ----------------",
                        " 71.02    0.094811          11      8120           pwritev2",
                        " 28.98    0.038685           4      8313       193 read",
                        "------ ----------- ----------- --------- --------- ----------------",
                        "100.00    0.133496           8     16433       193 total");
        assertThat(SystemCalls.parse(summary))
                .containsOnlyKeys("pwritev2", "read")
                .containsEntry("pwritev2", 8120L)
                .containsEntry("read", 8313L);
    }

    @Test
    void aProcessThatMadeNoCallHasNone() {
        assertThat(SystemCalls.parse(List.of())).isEmpty();
    }
}
