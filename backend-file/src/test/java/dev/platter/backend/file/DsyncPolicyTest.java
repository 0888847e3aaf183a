package dev.platter.backend.file;

import static dev.platter.backend.file.DurableWriteStrategy.RWF_DSYNC;
import static dev.platter.backend.file.DurableWriteStrategy.WRITE_THEN_FDATASYNC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.BackendException;
import dev.platter.linux.FileSystems;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DsyncPolicyTest {
    private static DsyncChoice automatic(StorageTraits traits, SubmissionPath path) {
        return DsyncPolicy.choose(DsyncPreference.AUTO, traits, path);
    }

    @ParameterizedTest
    @ValueSource(longs = {FileSystems.EXT4, FileSystems.XFS})
    void ext4AndXfsTakeOneCallPerDurableWrite(long magic) {
        for (SubmissionPath path : SubmissionPath.values()) {
            DsyncChoice choice = automatic(StorageTraits.file(magic), path);
            assertThat(choice.strategy()).isEqualTo(RWF_DSYNC);
            assertThat(choice.reason()).startsWith(FileSystems.name(magic));
        }
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                FileSystems.BTRFS,
                FileSystems.FUSE,
                FileSystems.NFS,
                FileSystems.SMB2,
                FileSystems.CIFS,
                FileSystems.CEPH,
                FileSystems.V9FS,
                FileSystems.TMPFS,
                FileSystems.OVERLAYFS,
                FileSystems.ZFS,
                0x12345678L
            })
    void everyOtherFileSystemTakesWriteAndFdatasync(long magic) {
        for (SubmissionPath path : SubmissionPath.values()) {
            DsyncChoice choice = automatic(StorageTraits.file(magic), path);
            assertThat(choice.strategy()).isEqualTo(WRITE_THEN_FDATASYNC);
            assertThat(choice.reason()).containsIgnoringCase(FileSystems.name(magic));
        }
    }

    @Test
    void aBlockDeviceTakesItByIoUringOnly() {
        for (boolean fua : new boolean[] {false, true}) {
            StorageTraits device = StorageTraits.device(fua);
            assertThat(automatic(device, SubmissionPath.SYSTEM_CALL).strategy())
                    .isEqualTo(WRITE_THEN_FDATASYNC);
            assertThat(automatic(device, SubmissionPath.IO_URING).strategy()).isEqualTo(RWF_DSYNC);
        }
    }

    @ParameterizedTest
    @EnumSource(SubmissionPath.class)
    void theUsersWordOverridesThePolicy(SubmissionPath path) {
        StorageTraits btrfs = StorageTraits.file(FileSystems.BTRFS);
        StorageTraits ext4 = StorageTraits.file(FileSystems.EXT4);
        assertThat(DsyncPolicy.choose(DsyncPreference.RWF, btrfs, path).strategy())
                .isEqualTo(RWF_DSYNC);
        assertThat(DsyncPolicy.choose(DsyncPreference.FDATASYNC, ext4, path).strategy())
                .isEqualTo(WRITE_THEN_FDATASYNC);
    }

    @Test
    void theOptionIsReadStrictly() throws BackendException {
        assertThat(DsyncPreference.parse(null)).isEqualTo(DsyncPreference.AUTO);
        assertThat(DsyncPreference.parse("auto")).isEqualTo(DsyncPreference.AUTO);
        assertThat(DsyncPreference.parse("rwf")).isEqualTo(DsyncPreference.RWF);
        assertThat(DsyncPreference.parse("fdatasync")).isEqualTo(DsyncPreference.FDATASYNC);
        assertThatThrownBy(() -> DsyncPreference.parse("RWF"))
                .isInstanceOf(BackendException.class)
                .hasMessage("dsync=RWF is unknown: use dsync=auto, rwf or fdatasync");
    }

    @Test
    void itIsDangerousWhereWritesWereLostOrNobodyHasLooked() {
        StorageTraits btrfs = StorageTraits.file(FileSystems.BTRFS);
        assertThat(DsyncPolicy.danger(btrfs, SubmissionPath.IO_URING))
                .hasValueSatisfying(why -> assertThat(why).contains("btrfs loses such writes"));
        assertThat(DsyncPolicy.danger(btrfs, SubmissionPath.SYSTEM_CALL)).isEmpty();
        for (SubmissionPath path : SubmissionPath.values()) {
            for (long magic : new long[] {FileSystems.EXT4, FileSystems.XFS, FileSystems.TMPFS}) {
                assertThat(DsyncPolicy.danger(StorageTraits.file(magic), path)).isEmpty();
            }
            assertThat(DsyncPolicy.danger(StorageTraits.device(false), path)).isEmpty();
            for (long magic :
                    new long[] {FileSystems.FUSE, FileSystems.NFS, FileSystems.ZFS, 0x12345678L}) {
                assertThat(DsyncPolicy.danger(StorageTraits.file(magic), path)).isPresent();
            }
        }
    }

    @Test
    void thePolicyNeverChoosesWhatIsDangerous() {
        for (long magic :
                new long[] {
                    FileSystems.EXT4,
                    FileSystems.XFS,
                    FileSystems.BTRFS,
                    FileSystems.FUSE,
                    FileSystems.NFS,
                    FileSystems.OVERLAYFS,
                    FileSystems.TMPFS,
                    0x12345678L
                }) {
            for (SubmissionPath path : SubmissionPath.values()) {
                StorageTraits traits = StorageTraits.file(magic);
                assertThat(
                                automatic(traits, path).strategy() == RWF_DSYNC
                                        && DsyncPolicy.danger(traits, path).isPresent())
                        .isFalse();
            }
        }
    }

    @Test
    void theDangerIsToBeAskedForByBothOptions() throws BackendException {
        assertThat(DsyncPreference.of(Map.of())).isEqualTo(DsyncPreference.AUTO);
        assertThat(DsyncPreference.of(Map.of("dsync", "rwf", "unsafe-dsync", "off")))
                .isEqualTo(DsyncPreference.RWF);
        assertThat(DsyncPreference.of(Map.of("dsync", "rwf", "unsafe-dsync", "on")))
                .isEqualTo(DsyncPreference.RWF_UNSAFE);
        assertThatThrownBy(() -> DsyncPreference.of(Map.of("unsafe-dsync", "on")))
                .isInstanceOf(BackendException.class)
                .hasMessage("unsafe-dsync=on is for dsync=rwf: give both, or leave it out");
        assertThatThrownBy(() -> DsyncPreference.of(Map.of("dsync", "rwf", "unsafe-dsync", "yes")))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("use unsafe-dsync=on or off");
        DsyncChoice choice =
                DsyncPolicy.choose(
                        DsyncPreference.RWF_UNSAFE,
                        StorageTraits.file(FileSystems.BTRFS),
                        SubmissionPath.IO_URING);
        assertThat(choice.strategy()).isEqualTo(RWF_DSYNC);
        assertThat(choice.reason()).contains("though through io_uring and O_DIRECT btrfs loses");
    }
}
