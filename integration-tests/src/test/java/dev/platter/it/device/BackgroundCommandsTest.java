package dev.platter.it.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiResponse;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commands that a thread of the logical unit carries out come to an end on every way to it. */
class BackgroundCommandsTest {
    private static final int BLOCK = 512;
    private static final byte[] NO_DATA = {};

    private static ScsiResponse run(ScsiDisk disk, String cdb, byte[] out, int in)
            throws Exception {
        return disk.execute(HexFormat.of().parseHex(cdb.replace(" ", "")), out, in);
    }

    @ParameterizedTest
    @EnumSource
    void lbaStatusTellsWrittenFromUnwritten(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            disk.write(128, new byte[128 * BLOCK]);
            disk.flush();
            ScsiResponse answer = run(disk, "9e 12 0000000000000080 00000018 00 00", NO_DATA, 24);
            assertThat(answer.good()).as(answer.toString()).isTrue();
            assertThat(answer.dataIn()[15]).isEqualTo((byte) 128);
            assertThat(answer.dataIn()[20]).as("mapped").isZero();
            answer = run(disk, "9e 12 0000000000001000 00000018 00 00", NO_DATA, 24);
            assertThat(answer.dataIn()[20]).as("deallocated").isEqualTo((byte) 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSanitizedDiskReadsAsZeroes(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            byte[] data = new byte[8 * BLOCK];
            Arrays.fill(data, (byte) 0x5A);
            disk.write(40, data);
            assertThat(run(disk, "48 02 00 00 00 00 00 0000 00", NO_DATA, 0).good()).isTrue();
            byte[] image = rig.image(0);
            assertThat(Arrays.equals(image, new byte[image.length])).isTrue();
            assertThat(disk.read(40, 8)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReservationIsMadeAndReleased(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            byte[] list = new byte[24];
            list[15] = 7;
            assertThat(run(disk, "5f 00 00 00 00 00000018 00", list, 0).good()).isTrue();
            list[7] = 7;
            assertThat(run(disk, "5f 01 01 00 00 00000018 00", list, 0).good()).isTrue();
            ScsiResponse answer = run(disk, "5e 01 00 00 00 00 00 0018 00", NO_DATA, 24);
            assertThat(answer.dataIn()[15]).isEqualTo((byte) 7);
            assertThat(run(disk, "5f 02 01 00 00 00000018 00", list, 0).good()).isTrue();
        }
    }
}
