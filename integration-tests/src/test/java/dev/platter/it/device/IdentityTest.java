package dev.platter.it.device;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiResponse;
import dev.platter.driver.ScsiStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the disk says about itself. */
class IdentityTest {
    private static final byte[] NO_DATA = {};

    private static byte[] good(ScsiDisk disk, byte[] cdb, int dataInBytes) throws Exception {
        ScsiResponse answer = disk.execute(cdb, NO_DATA, dataInBytes);
        assertThat(answer.good()).as(answer.toString()).isTrue();
        return answer.dataIn();
    }

    @ParameterizedTest
    @EnumSource
    void standardInquiryNamesTheVendor(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            byte[] data = good(rig.freshDisk(0), ScsiCommands.inquiry(96), 96);

            assertThat(data[0]).isZero();
            assertThat(data[3] & 0x0f).isEqualTo(2);
            assertThat(data[7] & 0x02).as("CMDQUE").isNotZero();
            assertThat(new String(data, 8, 8, US_ASCII)).isEqualTo("PLATTER ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void vitalProductDataPagesAreThere(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment, TestDisk.at(0, 0).serial("S-1"))) {
            ScsiDisk disk = rig.disk(0);
            byte[] list = good(disk, ScsiCommands.inquiryVpd(0x00, 255), 255);
            List<Integer> pages = new ArrayList<>();
            for (int i = 0; i < list[3]; i++) {
                pages.add(list[4 + i] & 0xff);
            }
            assertThat(pages).contains(0x00, 0x80, 0x83, 0xb0, 0xb1, 0xb2).isSorted();
            for (int page : pages) {
                byte[] data = good(disk, ScsiCommands.inquiryVpd(page, 255), 255);
                assertThat(data[1] & 0xff).isEqualTo(page);
            }
            byte[] serial = good(disk, ScsiCommands.inquiryVpd(0x80, 255), 255);
            assertThat(new String(serial, 4, serial[3], US_ASCII)).isEqualTo("S-1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void capacityIsTheImagesInBothCommands(Attachment attachment) throws Exception {
        try (Rig rig =
                Rig.start(
                        attachment, TestDisk.at(0, 0), TestDisk.at(0, 1).logicalBlockBytes(4096))) {
            for (int i = 0; i < 2; i++) {
                ScsiDisk disk = rig.disk(i);
                int block = i == 0 ? 512 : 4096;
                assertThat(disk.blockBytes()).isEqualTo(block);
                assertThat(disk.blockCount() * block).isEqualTo(TestDisk.DEFAULT_SIZE_BYTES);
                ByteBuffer ten = ByteBuffer.wrap(good(disk, ScsiCommands.readCapacity10(), 8));
                assertThat(ten.getInt(0)).isEqualTo((int) disk.blockCount() - 1);
                assertThat(ten.getInt(4)).isEqualTo(block);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void modePagesAreTheSameInBothCommands(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            ScsiDisk disk = rig.disk(0);
            for (int page : new int[] {0x08, 0x0a, 0x3f}) {
                for (int control = 0; control < 3; control++) {
                    byte[] six = good(disk, ScsiCommands.modeSense6(true, control, page, 255), 255);
                    byte[] ten =
                            good(disk, ScsiCommands.modeSense10(true, control, page, 255), 255);
                    int length = six[0] + 1 - 4;
                    assertThat(Arrays.copyOfRange(ten, 8, 8 + length))
                            .isEqualTo(Arrays.copyOfRange(six, 4, 4 + length));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyTheWriteCacheBitIsChangeable(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            byte[] mask = good(rig.disk(0), ScsiCommands.modeSense6(true, 1, 8, 24), 24);

            assertThat(mask[6]).isEqualTo((byte) 0x04);
            assertThat(Arrays.copyOfRange(mask, 7, 24)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void savedPagesAreRefused(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment)) {
            byte[] cdb = ScsiCommands.modeSense6(true, 3, 8, 24);
            assertThat(
                            rig.disk(0)
                                    .execute(cdb, NO_DATA, 24)
                                    .sensed(ScsiStatus.ILLEGAL_REQUEST, 0x39, 0))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void readOnlyDiskSaysSoAndRefusesWrites(Attachment attachment) throws Exception {
        try (Rig rig = Rig.start(attachment, TestDisk.at(0, 0).readOnly())) {
            ScsiDisk disk = rig.disk(0);
            assertThat(disk.writeProtected()).isTrue();
            byte[] block = Patterns.random(1, 512);
            for (byte[] cdb :
                    new byte[][] {
                        ScsiCommands.write10(0, 1, 0),
                        ScsiCommands.write16(0, 1, 0),
                        ScsiCommands.writeSame10(0, 1, 0)
                    }) {
                assertThat(disk.execute(cdb, block, 0).sensed(ScsiStatus.DATA_PROTECT, 0x27, 0))
                        .isTrue();
            }
            assertThat(disk.read(0, 1)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void reportLunsListsTheTargetsUnits(Attachment attachment) throws Exception {
        try (Rig rig =
                Rig.start(
                        attachment,
                        TestDisk.at(3, 0),
                        TestDisk.at(3, 7),
                        TestDisk.at(3, 300),
                        TestDisk.at(4, 0))) {
            ByteBuffer list =
                    ByteBuffer.wrap(good(rig.freshDisk(0), ScsiCommands.reportLuns(0, 256), 256));
            assertThat(list.getInt(0)).isEqualTo(3 * 8);
            assertThat(list.getShort(8)).isZero();
            assertThat(list.getShort(16)).isEqualTo((short) 7);
            assertThat(list.getShort(24)).isEqualTo((short) (0x4000 | 300));
        }
    }
}
