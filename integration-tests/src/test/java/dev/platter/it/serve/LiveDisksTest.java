package dev.platter.it.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.BackendException;
import dev.platter.cli.serve.DiskServer;
import dev.platter.cli.serve.DiskSpec;
import dev.platter.cli.serve.LiveDisks;
import dev.platter.cli.serve.UsageException;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.VhostUserFrontEnd;
import dev.platter.driver.VhostUserOptions;
import dev.platter.driver.VirtioScsiDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks that come, grow and go while two virtual machines use the server. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LiveDisksTest {
    private static final int BLOCK = 512;
    private static final int BLOCKS = (1 << 20) / BLOCK;

    @TempDir Path folder;

    private DiskServer server;
    private LiveDisks disks;
    private final List<AutoCloseable> closers = new ArrayList<>();
    private VirtioScsiDriver one;
    private VirtioScsiDriver two;

    @BeforeEach
    void start() throws Exception {
        server =
                DiskServer.start(
                        List.of(folder.resolve("one"), folder.resolve("two")),
                        List.of(spec("first", ",size=1M")),
                        1);
        disks = server.disks();
        one = connect("one");
        two = connect("two");
    }

    private DiskSpec spec(String name, String more) throws UsageException {
        return DiskSpec.parse("file=" + folder.resolve(name) + more);
    }

    private VirtioScsiDriver connect(String socket) throws Exception {
        GuestMemory memory = GuestMemory.shared(4 << 20);
        closers.add(0, memory);
        VhostUserFrontEnd frontEnd =
                VhostUserFrontEnd.connect(
                        folder.resolve(socket), memory, VhostUserOptions.forRequestQueues(1));
        closers.add(0, frontEnd);
        return VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closer : closers) {
            closer.close();
        }
        server.close();
    }

    @Test
    void aDiskComesGrowsAndGoes() throws Exception {
        byte[] data = new byte[BLOCK];
        Arrays.fill(data, (byte) 0x5a);
        assertThat(disks.add(spec("second", ",size=1M"))).isEqualTo(1);
        ScsiDisk mine = one.disk(1, 0).probe();
        mine.write(BLOCKS - 1, data);
        assertThat(two.disk(1, 0).probe().read(BLOCKS - 1, 1)).isEqualTo(data);

        disks.resize(1, 0, 2 << 20);
        ScsiDisk grown = two.disk(1, 0).probe();
        assertThat(grown.blockCount()).isEqualTo(2 * BLOCKS);
        grown.write(2 * BLOCKS - 1, data);
        assertThat(one.disk(1, 0).probe().read(2 * BLOCKS - 1, 1)).isEqualTo(data);

        disks.remove(1, 0).get(60, TimeUnit.SECONDS);
        assertThatThrownBy(() -> one.disk(1, 0).probe()).isInstanceOf(IOException.class);
        assertThat(one.disk(0, 0).probe().blockCount()).isEqualTo(BLOCKS);
        byte[] image = Files.readAllBytes(folder.resolve("second"));
        assertThat(Arrays.copyOfRange(image, image.length - BLOCK, image.length)).isEqualTo(data);
        // The lock is gone: it can be opened again, at another place.
        assertThat(disks.add(spec("second", ",target=7,lun=3"))).isEqualTo(7);
        assertThat(two.disk(7, 3).probe().read(2 * BLOCKS - 1, 1)).isEqualTo(data);
    }

    @Test
    void whatCannotBeIsOneSentenceAndChangesNothing() throws Exception {
        assertThatThrownBy(() -> disks.remove(9, 0)).hasMessage("target=9,lun=0 has no disk");
        assertThatThrownBy(() -> disks.resize(9, 0, 2 << 20))
                .hasMessage("target=9,lun=0 has no disk");
        assertThatThrownBy(() -> disks.add(spec("new", ",size=1M,target=0")))
                .hasMessageContaining("target=0,lun=0 has a disk already");
        assertThat(folder.resolve("new")).doesNotExist();
        assertThatThrownBy(() -> disks.add(spec("absent", ""))).hasMessageContaining("absent");
        assertThatThrownBy(() -> disks.add(spec("first", ""))).hasMessageContaining("in use");
        assertThatThrownBy(() -> disks.resize(0, 0, (1 << 20) + 1))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("not a multiple of logical_block_size=512");
        assertThatThrownBy(() -> disks.resize(0, 0, BLOCK))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("cannot be made smaller");
        assertThat(one.disk(0, 0).probe().blockCount()).isEqualTo(BLOCKS);
    }
}
