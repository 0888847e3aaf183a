package dev.platter.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.platter.api.block.CacheMode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskSpecTest {
    @Test
    void everyOptionIsTakenOver() throws UsageException {
        DiskSpec spec =
                DiskSpec.parse(
                        "file=/a,,b.raw,size=10G,cache=none,cache.no-flush=on,backend=posix,dsync=rwf,locking=off,target=3,lun=2,"
                                + "serial=S1,wwn=0x5000c50015ea71ac,rotation_rate=7200,dpofua=on,discard=unmap,logical_block_size=4096,physical_block_size=16384");
        assertThat(spec.file()).isEqualTo("/a,b.raw");
        assertThat(spec.createSizeBytes()).hasValue(10L << 30);
        assertThat(spec.cacheMode()).isEqualTo(new CacheMode(true, true, true));
        assertThat(spec.backend()).isEqualTo("posix");
        assertThat(spec.wwn()).isEqualTo(0x5000c50015ea71acL);
        assertThat(spec.rotationRate()).isEqualTo(7200);
        assertThat(spec.dsync()).isEqualTo("rwf");
        assertThat(spec.locking()).isFalse();
        assertThat(spec.backendOptions().properties()).containsEntry("locking", "off");
        assertThat(spec.target()).hasValue(3);
        assertThat(spec.lun()).isEqualTo(2);
        assertThat(spec.serial()).hasValue("S1");
        assertThat(spec.dpofua()).isTrue();
        assertThat(spec.discard()).isTrue();
        assertThat(spec.readOnly()).isFalse();
        assertThat(spec.logicalBlockBytes()).isEqualTo(4096);
        assertThat(spec.physicalBlockBytes()).hasValue(16384);
    }

    @Test
    void theDefaultsAreQemus() throws UsageException {
        DiskSpec spec = DiskSpec.parse("file=a");
        assertThat(spec.cacheMode()).isEqualTo(CacheMode.WRITEBACK);
        assertThat(spec.discard()).isFalse();
        assertThat(spec.logicalBlockBytes()).isEqualTo(512);
        assertThat(spec.backend()).isEqualTo("auto");
        assertThat(spec.dsync()).isEqualTo("auto");
        assertThat(spec.locking()).isTrue();
    }

    @Test
    void threadsAreThePosixBackends() throws UsageException {
        DiskSpec spec = DiskSpec.parse("file=a,backend=posix,threads=4");
        assertThat(spec.backendOptions().properties())
                .containsExactlyInAnyOrderEntriesOf(Map.of("dsync", "auto", "threads", "4"));
        assertThat(DiskSpec.parse("file=a").backendOptions().properties())
                .containsExactlyEntriesOf(Map.of("dsync", "auto"));
    }

    @ParameterizedTest
    @CsvSource({
        "writeback, true, false, false",
        "none, true, true, false",
        "off, true, true, false",
        "writethrough, false, false, false",
        "directsync, false, true, false",
        "unsafe, true, false, true"
    })
    void aCacheModesNameStandsForItsThreeSwitches(
            String name, boolean writeback, boolean direct, boolean noFlush) throws UsageException {
        assertThat(DiskSpec.parse("file=a,cache=" + name).cacheMode())
                .isEqualTo(new CacheMode(writeback, direct, noFlush));
    }

    @ParameterizedTest
    @CsvSource({
        "'file=a,cache.direct=on,cache=writeback'",
        "'file=a,cache=writeback,cache.direct=on'"
    })
    void aSwitchWinsOverTheNameInAnyOrder(String text) throws UsageException {
        assertThat(DiskSpec.parse(text).cacheMode()).isEqualTo(CacheMode.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "size=1G|file= is missing",
                "file=a,wwn=0x1000c50015ea71ac|wwn=0x1000c50015ea71ac is not an NAA name",
                "file=a,wwn=nonsense|wwn=nonsense is not an NAA name",
                "file=a,rotation_rate=1024|rotation_rate=1024 is neither",
                "file=a,rotation_rate=65535|rotation_rate=65535 is not a whole number",
                "file=|file= is empty",
                "file=a,cache=fast|cache=fast is not one of writeback, none",
                "file=a,cache.direct=yes|cache.direct=yes is not one of on, off",
                "file=a,size=10X|size=10X is not a size",
                "file=a,size=0|size=0 is not a size",
                "file=a,size=-1|size=-1 is not a size",
                "file=a,size=1000|not a multiple of logical_block_size=512",
                "file=a,size=99999999999999T|is not a size",
                "file=a,target=256|target=256 is not a whole number from 0 to 255",
                "file=a,lun=16384|lun=16384 is not a whole number from 0 to 16383",
                "file=a,logical_block_size=1024|not one of 512, 4096",
                "file=a,logical_block_size=4096,physical_block_size=512|at least logical_block_size=4096",
                "file=a,physical_block_size=3000|must be a power of two",
                "file=a,threads=4|threads= is an option of the posix backend",
                "file=a,backend=uring,threads=4|add backend=posix",
                "file=a,backend=posix,threads=65|threads=65 is not a whole number from 1 to 64",
                "file=a,colour=red|there is no option 'colour'; the options are file, size",
                "file=a,file=b|file= is given twice",
                "file=a,readonly|'readonly' is not of the form key=value",
                "file=a,size=1G,readonly=on|leave one of them out",
                "file=a,serial=0123456789012345678901234567890123456|at most 36 printable"
            })
    void aWrongOptionIsOneSentenceThatNamesIt(String text, String sentence) {
        assertThatThrownBy(() -> DiskSpec.parse(text))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("--disk: ")
                .hasMessageContaining(sentence)
                .hasMessageNotContaining("\n")
                .hasMessageEndingWith(".");
    }

    @Test
    void disksWithoutATargetTakeTheLowestFreeOnes() throws UsageException {
        List<DiskSpec> specs =
                List.of(
                        DiskSpec.parse("file=a"),
                        DiskSpec.parse("file=b,target=1"),
                        DiskSpec.parse("file=c"),
                        DiskSpec.parse("file=d,target=1,lun=4"));
        assertThat(DiskServer.targetNumbers(specs)).containsExactly(0, 1, 2, 1);
    }

    @Test
    void twoDisksMayNotShareAnAddress() {
        assertThatThrownBy(
                        () ->
                                DiskServer.targetNumbers(
                                        List.of(
                                                DiskSpec.parse("file=a,target=1"),
                                                DiskSpec.parse("file=b,target=1"))))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("target=1,lun=0 is given to two disks");
    }

    @ParameterizedTest
    @CsvSource({"0.1.0-SNAPSHOT, 0.1", "1.2.3, 1.2", "12.34, 12", "9.9, 9.9", "development, deve"})
    void theRevisionFitsInquirysFourCharacters(String version, String revision) {
        assertThat(BuildVersion.revision(version)).isEqualTo(revision);
    }
}
