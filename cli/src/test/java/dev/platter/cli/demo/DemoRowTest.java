package dev.platter.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.CacheMode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The demonstration must be able to fail. */
class DemoRowTest {
    private static final int WRITES = 16;
    private static final DemoGuest.Timing TIMING = new DemoGuest.Timing(100, 10000);
    private static final HostCalls FLUSHED = new HostCalls(WRITES, 0, WRITES);
    private static final HostCalls DURABLE = new HostCalls(0, WRITES, 0);
    private static final HostCalls PLAIN = new HostCalls(WRITES, 0, 0);
    private static final HostCalls ONE_SYNC = new HostCalls(0, 0, 1);

    @Test
    void rowsThatKeepTheirPromisesHaveNoContradiction() {
        assertThat(
                        contradictions(
                                CacheMode.NONE,
                                row(
                                        "O_RDWR|O_DIRECT",
                                        DemoRow.WRITE_BACK,
                                        FLUSHED,
                                        DemoRow.WRITE_THROUGH,
                                        ONE_SYNC,
                                        DURABLE)))
                .isEmpty();
        assertThat(
                        contradictions(
                                CacheMode.WRITEBACK,
                                row(
                                        "O_RDWR",
                                        DemoRow.WRITE_BACK,
                                        FLUSHED,
                                        DemoRow.WRITE_THROUGH,
                                        ONE_SYNC,
                                        FLUSHED)))
                .isEmpty();
        assertThat(
                        contradictions(
                                CacheMode.DIRECTSYNC,
                                row(
                                        "O_RDWR|O_DIRECT",
                                        DemoRow.WRITE_THROUGH,
                                        DURABLE,
                                        DemoRow.WRITE_BACK,
                                        HostCalls.NONE,
                                        FLUSHED)))
                .isEmpty();
        assertThat(
                        contradictions(
                                CacheMode.UNSAFE,
                                row(
                                        "O_RDWR",
                                        DemoRow.WRITE_BACK,
                                        PLAIN,
                                        DemoRow.WRITE_THROUGH,
                                        HostCalls.NONE,
                                        PLAIN)))
                .isEmpty();
    }

    @Test
    void eachBrokenPromiseIsNamed() {
        assertThat(
                        contradictions(
                                CacheMode.NONE,
                                row(
                                        "O_RDWR",
                                        DemoRow.WRITE_BACK,
                                        FLUSHED,
                                        DemoRow.WRITE_THROUGH,
                                        ONE_SYNC,
                                        DURABLE)))
                .singleElement()
                .asString()
                .contains("open flags");
        assertThat(
                        contradictions(
                                CacheMode.WRITEBACK,
                                row(
                                        "O_RDWR",
                                        DemoRow.WRITE_THROUGH,
                                        DURABLE,
                                        DemoRow.WRITE_THROUGH,
                                        ONE_SYNC,
                                        DURABLE)))
                .singleElement()
                .asString()
                .contains("cache_type is 'write through'");
        assertThat(
                        contradictions(
                                CacheMode.WRITEBACK,
                                row(
                                        "O_RDWR",
                                        DemoRow.WRITE_BACK,
                                        PLAIN,
                                        DemoRow.WRITE_THROUGH,
                                        ONE_SYNC,
                                        DURABLE)))
                .singleElement()
                .asString()
                .contains("16 synchronous writes made 16 write, promised 16 write + 16 fdatasync");
        assertThat(
                        contradictions(
                                CacheMode.WRITEBACK,
                                row(
                                        "O_RDWR",
                                        DemoRow.WRITE_BACK,
                                        FLUSHED,
                                        DemoRow.WRITE_THROUGH,
                                        HostCalls.NONE,
                                        DURABLE)))
                .singleElement()
                .asString()
                .contains("the switch made 0 fdatasync, promised 1");
        assertThat(
                        contradictions(
                                CacheMode.WRITETHROUGH,
                                row(
                                        "O_RDWR",
                                        DemoRow.WRITE_THROUGH,
                                        PLAIN,
                                        DemoRow.WRITE_BACK,
                                        HostCalls.NONE,
                                        FLUSHED)))
                .singleElement()
                .asString()
                .contains("promised 16 write+DSYNC");
        assertThat(
                        contradictions(
                                CacheMode.UNSAFE,
                                row(
                                        "O_RDWR",
                                        DemoRow.WRITE_BACK,
                                        FLUSHED,
                                        DemoRow.WRITE_THROUGH,
                                        HostCalls.NONE,
                                        PLAIN)))
                .singleElement()
                .asString()
                .contains("promised 16 write");
    }

    private static List<String> contradictions(CacheMode mode, DemoRow row) {
        return row.contradictions(DemoPromise.of(mode), WRITES);
    }

    private static DemoRow row(
            String flags,
            String type,
            HostCalls calls,
            String switched,
            HostCalls atSwitch,
            HostCalls after) {
        return new DemoRow("mode", flags, type, calls, switched, atSwitch, after, TIMING);
    }
}
