package dev.platter.backend.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.CacheMode;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.LinuxIoUringCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of the kernel by name, and the sentences where it cannot be had. */
class RingOptionsTest {
    @TempDir(factory = InTarget.class)
    private Path folder;

    @Test
    void nothingHasToBeAskedFor() throws Exception {
        assertThat(RingOptions.of(Map.of())).isEqualTo(new RingOptions(true, false, false, false));
        assertThat(
                        RingOptions.of(
                                Map.of(
                                        "owner-calls", "off",
                                        "sqpoll", "on",
                                        "registered-buffers", "on")))
                .isEqualTo(new RingOptions(false, true, false, true));
    }

    @Test
    void otherValuesAndPairsAreRefused() {
        assertThatThrownBy(() -> RingOptions.of(Map.of("sqpoll", "yes")))
                .isInstanceOf(BackendException.class)
                .hasMessage("sqpoll=yes is unknown: use sqpoll=on or off");
        assertThatThrownBy(() -> RingOptions.of(Map.of("sqpoll", "on", "iopoll", "on")))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("do not go together");
    }

    private static void open(Path image, CacheMode mode) throws BackendException {
        UringBackend.open(
                        new BackendOptions(
                                image.toString(),
                                mode,
                                false,
                                true,
                                OptionalLong.of(1 << 20),
                                Map.of("iopoll", "on")),
                        LinuxFileCalls::new,
                        LinuxIoUringCalls::new)
                .close();
    }

    @Test
    void pollingThatIsRefusedLeavesNothingBehind() {
        Path image = folder.resolve("disk.raw");
        assertThatThrownBy(() -> open(image, CacheMode.WRITEBACK))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("use cache=none or cache=directsync");
        assertThat(image).doesNotExist();
        try {
            open(image, CacheMode.NONE);
            assertThat(image).as("a disk that is polled").exists();
        } catch (BackendException noPolledQueues) {
            assertThat(noPolledQueues)
                    .hasMessageContaining("has no polled queues (its queue/io_poll is 0)");
            assertThat(image).doesNotExist();
        }
    }

    /** There is no disk under it to ask, so it shows at a read of what was created. */
    @Test
    void pollingThatAFileSystemInMemoryRefusesLeavesNothingBehind() throws Exception {
        Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(memory), "there is no file system in memory");
        Path place = Files.createTempDirectory(memory, "platter");
        Path image = place.resolve("disk.raw");
        try {
            assertThatThrownBy(() -> open(image, CacheMode.NONE))
                    .isInstanceOf(BackendException.class);
            assertThat(image).doesNotExist();
        } finally {
            Files.deleteIfExists(image);
            Files.delete(place);
        }
    }
}
