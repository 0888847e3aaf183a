package dev.platter.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BlockTraceTest {
    private static final String TRACE =
            """
            # tracer: nop
                        java-88      [000] .....    12.000001: block_bio_queue: 252,1 WFS 8 + 8 [java]
                        java-88      [000] .....    12.000002: tracing_mark_write: begin xfs posix
                        java-88      [000] .....    12.000003: block_bio_queue: 252,1 WFS 2048 + 8 [java]
                        java-88      [000] .....    12.000004: block_rq_issue: 252,1 WFS 4096 () 2048 + 8 [java]
                   kworker/0:1-17    [000] .....    12.000005: block_bio_queue: 252,1 WSM 99 + 8 [kworker/0:1]
                        java-88      [000] .....    12.000006: block_bio_queue: 252,2 WS 2048 + 8 [java]
                iou-wrk-88-90        [000] .....    12.000007: block_bio_queue: 252,1 WS 2048 + 8 [iou-wrk-88]
                iou-wrk-88-90        [000] .....    12.000008: block_bio_queue: 252,1 FWS 0 + 0 [iou-wrk-88]
                        java-88      [000] .....    12.000009: block_rq_issue: 252,1 FF 0 () 0 + 0 [kworker/0:1H]
                        java-88      [000] .....    12.000010: tracing_mark_write: end xfs posix
                        java-88      [000] .....    12.000011: block_bio_queue: 252,1 WFS 2048 + 8 [java]
            """;

    @Test
    void aSectionHoldsTheDevicesEventsBetweenItsMarks() {
        BlockTrace.Section section = new BlockTrace(TRACE).section("xfs posix", "252:1");
        assertThat(section.asked()).containsExactly("FUA+8", "WRITE+8", "FLUSH");
        assertThat(section.issued()).containsExactly("FUA+8", "FLUSH");
        assertThat(section.undisturbed()).isFalse();
        assertThat(new BlockTrace(TRACE).section("ext4", "252:1").asked()).isEmpty();
    }
}
