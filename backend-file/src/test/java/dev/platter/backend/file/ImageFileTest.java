package dev.platter.backend.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.CacheMode;
import dev.platter.linux.Errnos;
import dev.platter.linux.FileCalls;
import dev.platter.linux.FileStatus;
import dev.platter.linux.FileSystems;
import dev.platter.linux.OpenFlags;
import dev.platter.linux.RwFlags;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ImageFileTest {
    private static final int MIB = 1 << 20;
    private static final List<CacheMode> MODES =
            List.of(
                    CacheMode.WRITEBACK,
                    CacheMode.NONE,
                    CacheMode.WRITETHROUGH,
                    CacheMode.DIRECTSYNC,
                    CacheMode.UNSAFE);

    @TempDir(factory = InTarget.class)
    private Path folder;

    private Path path;

    @BeforeEach
    void namePath() {
        path = folder.resolve("disk.raw");
    }

    private void makeImage(long sizeBytes) throws IOException {
        Files.write(path, new byte[(int) sizeBytes]);
    }

    private BackendOptions options(CacheMode mode) {
        return BackendOptions.of(path.toString(), mode);
    }

    private BackendOptions creating(CacheMode mode, long sizeBytes) {
        return new BackendOptions(
                path.toString(), mode, false, true, OptionalLong.of(sizeBytes), Map.of());
    }

    private BackendOptions readOnly(CacheMode mode) {
        return new BackendOptions(
                path.toString(), mode, true, true, OptionalLong.empty(), Map.of());
    }

    private static ImageFile open(BackendOptions options, DsyncPreference dsync, FileCalls calls)
            throws BackendException {
        return ImageFile.open(options, dsync, SubmissionPath.SYSTEM_CALL, calls);
    }

    private static BackendException refusal(BackendOptions options, FileCalls calls) {
        return refusal(options, DsyncPreference.AUTO, calls);
    }

    private static BackendException refusal(
            BackendOptions options, DsyncPreference dsync, FileCalls calls) {
        BackendException refusal =
                catchThrowableOfType(
                        BackendException.class, () -> open(options, dsync, calls).close(calls));
        assertThat(refusal).isNotNull();
        assertThat(refusal.getMessage()).doesNotContain("\n");
        return refusal;
    }

    private static BackendException refusal(BackendOptions options) {
        return refusal(options, Intercepted.real());
    }

    @Test
    void theCacheModeDecidesOnODirectAndOnNothingElse() throws Exception {
        makeImage(MIB);
        List<Integer> flags = new ArrayList<>();
        FileCalls calls =
                Intercepted.calls(
                        (call, arguments) -> {
                            if (call.equals("open")) {
                                flags.add((Integer) arguments[1]);
                            }
                            return null;
                        });
        for (CacheMode mode : MODES) {
            flags.clear();
            ImageFile image = open(options(mode), DsyncPreference.AUTO, calls);
            calls.close(image.openAnother(calls));
            image.close(calls);
            int expected =
                    OpenFlags.O_RDWR
                            | OpenFlags.O_CLOEXEC
                            | (mode.direct() ? OpenFlags.O_DIRECT : 0);
            assertThat(flags).as(mode.toString()).containsExactly(expected, expected);
        }
    }

    @Test
    void aMissingImageIsCreatedWithItsSizeAndForItsOwnerOnly() throws Exception {
        FileCalls calls = Intercepted.real();
        for (CacheMode mode : MODES) {
            ImageFile image = open(creating(mode, 3 * MIB), DsyncPreference.AUTO, calls);
            assertThat(image.sizeBytes()).isEqualTo(3 * MIB);
            assertThat(Files.size(path)).isEqualTo(3 * MIB);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            image.close(calls);
            Files.delete(path);
        }
    }

    @Test
    void anExistingImageIsNeverResized() throws Exception {
        makeImage(MIB);
        Files.write(path, new byte[] {1, 2, 3, 4}, StandardOpenOption.WRITE);
        FileCalls calls = Intercepted.real();
        ImageFile image = open(creating(CacheMode.WRITEBACK, 8 * MIB), DsyncPreference.AUTO, calls);
        assertThat(image.sizeBytes()).isEqualTo(MIB);
        image.close(calls);
        assertThat(Files.readAllBytes(path)).hasSize(MIB).startsWith(1, 2, 3, 4);
    }

    @Test
    void anImageThatCannotGetItsSizeIsNotLeftBehind() {
        FileCalls full =
                Intercepted.calls(
                        (call, arguments) -> call.equals("ftruncate") ? -Errnos.EFBIG : null);
        BackendException refusal = refusal(creating(CacheMode.WRITEBACK, MIB), full);
        assertThat(refusal).hasMessageContaining("1 MiB").hasMessageContaining("EFBIG");
        assertThat(refusal.errno()).isEqualTo(Errnos.EFBIG);
        assertThat(path).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "fileSystem", "lock", "fdatasync"})
    void whateverFailsAfterTheCreationTheFileIsRemovedAgain(String failing) {
        FileCalls calls =
                Intercepted.calls((call, arguments) -> call.equals(failing) ? error(call) : null);
        assertThat(refusal(creating(CacheMode.WRITEBACK, MIB), calls)).hasMessageContaining("EIO");
        assertThat(path).doesNotExist();
    }

    private static Object error(String call) {
        return call.equals("fileSystem") ? (Object) (long) -Errnos.EIO : -Errnos.EIO;
    }

    @Test
    void anImageThatAnotherTookInBetweenIsNotRemoved() throws Exception {
        FileCalls calls =
                Intercepted.calls((call, arguments) -> call.equals("lock") ? -Errnos.EAGAIN : null);
        assertThat(refusal(creating(CacheMode.WRITEBACK, MIB), calls))
                .hasMessageContaining("in use by another process");
        assertThat(path).exists();
    }

    @Test
    void aFileSystemWithoutODirectIsRefusedWithTheRemedy() throws Exception {
        FileCalls without =
                Intercepted.calls(
                        (call, arguments) ->
                                call.equals("open")
                                                && ((Integer) arguments[1] & OpenFlags.O_DIRECT)
                                                        != 0
                                        ? -Errnos.EINVAL
                                        : null);
        assertThat(refusal(creating(CacheMode.NONE, MIB), without))
                .hasMessageContaining("does not support O_DIRECT")
                .hasMessageContaining("cache.direct=off");
        assertThat(path).doesNotExist();
        ImageFile buffered =
                open(creating(CacheMode.WRITEBACK, MIB), DsyncPreference.AUTO, without);
        buffered.close(without);
    }

    @Test
    void wrongSizesAreRefusedBeforeAnythingIsTouched() {
        for (long size : new long[] {0, -512, 1, 1000, 513}) {
            assertThat(refusal(creating(CacheMode.WRITEBACK, size)))
                    .hasMessageContaining("size=" + size);
            assertThat(path).doesNotExist();
        }
    }

    @Test
    void pathsThatAreNoImagesAreRefused() throws Exception {
        assertThat(refusal(options(CacheMode.WRITEBACK)))
                .hasMessageContaining("No such file")
                .hasMessageContaining("size=");
        path = folder.resolve("missing").resolve("disk.raw");
        assertThat(refusal(creating(CacheMode.WRITEBACK, MIB)))
                .hasMessageContaining("its folder does not exist");
        path = folder;
        assertThat(refusal(options(CacheMode.WRITEBACK))).hasMessageContaining("neither a file");
        path = Path.of("/dev/null");
        assertThat(refusal(options(CacheMode.WRITEBACK))).hasMessageContaining("neither a file");
        path = folder.resolve("fifo");
        Tools.runWell(Tools.require("mkfifo"), path.toString());
        assertThat(refusal(readOnly(CacheMode.WRITEBACK))).hasMessageContaining("neither a file");
    }

    @Test
    void sizesThatAreNoWholeBlocksAreRefused() throws Exception {
        makeImage(0);
        assertThat(refusal(options(CacheMode.WRITEBACK))).hasMessageContaining("is empty");
        makeImage(1000);
        assertThat(refusal(options(CacheMode.WRITEBACK)))
                .hasMessageContaining("1000 bytes, not a multiple of the 512");
        makeImage(4096 + 512);
        assertThat(refusal(options(CacheMode.NONE), statx(4096)))
                .hasMessageContaining("4608 bytes, not a multiple of the 4096");
        assertThat(Files.size(path)).isEqualTo(4608);
    }

    @Test
    void aMissingImageIsNotCreatedForReadingOnly() {
        BackendOptions options =
                new BackendOptions(
                        path.toString(),
                        CacheMode.WRITEBACK,
                        true,
                        true,
                        OptionalLong.of(MIB),
                        Map.of());
        assertThat(refusal(options)).hasMessageContaining("readonly=off");
        assertThat(path).doesNotExist();
    }

    @Test
    void aReadOnlyImageOffersNoDiscard() throws Exception {
        makeImage(MIB);
        FileCalls calls = Intercepted.real();
        ImageFile image = open(readOnly(CacheMode.NONE), DsyncPreference.RWF, calls);
        assertThat(image.readOnly()).isTrue();
        assertThat(image.limits().discardGranularityBytes()).isZero();
        assertThat(image.description("posix")).endsWith("read-only");
        image.close(calls);
    }

    @Test
    void theKernelsWordOnAlignmentIsTaken() throws Exception {
        makeImage(MIB);
        FileCalls calls = statx(4096);
        ImageFile image = open(options(CacheMode.NONE), DsyncPreference.AUTO, calls);
        assertThat(image.limits().requestAlignmentBytes()).isEqualTo(4096);
        assertThat(image.memoryAlignmentBytes()).isEqualTo(4096);
        assertThat(image.description("posix")).contains("O_DIRECT (4096-byte alignment)");
        image.close(calls);
        ImageFile buffered = open(options(CacheMode.WRITEBACK), DsyncPreference.AUTO, calls);
        assertThat(buffered.limits().requestAlignmentBytes()).isEqualTo(512);
        assertThat(buffered.memoryAlignmentBytes()).isEqualTo(1);
        buffered.close(calls);
    }

    @Test
    void aFileWithoutDirectIoByTheKernelsWordIsRefused() throws Exception {
        makeImage(MIB);
        assertThat(refusal(options(CacheMode.NONE), statx(0)))
                .hasMessageContaining("does not support O_DIRECT");
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 2048, 4096})
    void whereTheKernelIsSilentTheAlignmentIsFoundByReading(int needed) throws Exception {
        makeImage(MIB);
        FileCalls calls =
                Intercepted.calls(
                        (call, arguments) -> {
                            if (call.equals("status")) {
                                return status(arguments, 0, 0);
                            }
                            boolean misaligned =
                                    call.equals("preadv2")
                                            && misaligned((MemorySegment) arguments[1], needed);
                            return misaligned ? (Object) (long) -Errnos.EINVAL : null;
                        });
        ImageFile image = open(options(CacheMode.NONE), DsyncPreference.AUTO, calls);
        assertThat(image.limits().requestAlignmentBytes()).isEqualTo(needed);
        assertThat(image.memoryAlignmentBytes()).isEqualTo(needed);
        image.close(calls);
    }

    private static boolean misaligned(MemorySegment iovec, int needed) {
        long base = iovec.get(ValueLayout.JAVA_LONG, 0);
        long length = iovec.get(ValueLayout.JAVA_LONG, 8);
        return (base | length) % needed != 0;
    }

    /** Calls whose statx tells this alignment of direct I/O. */
    private static FileCalls statx(int alignment) {
        return Intercepted.calls(
                (call, arguments) ->
                        call.equals("status")
                                ? status(arguments, FileStatus.STATX_DIOALIGN, alignment)
                                : null);
    }

    private static int status(Object[] arguments, int mask, int alignment) {
        FileStatus out = (FileStatus) arguments[1];
        int answer = Intercepted.real().status((Integer) arguments[0], out);
        MemorySegment statx = out.segment();
        int told = (out.mask() & ~FileStatus.STATX_DIOALIGN) | mask;
        statx.set(ValueLayout.JAVA_INT, FileStatus.MASK_OFFSET, told);
        statx.set(ValueLayout.JAVA_INT, FileStatus.DIRECT_MEMORY_ALIGNMENT_OFFSET, alignment);
        statx.set(ValueLayout.JAVA_INT, FileStatus.DIRECT_OFFSET_ALIGNMENT_OFFSET, alignment);
        return answer;
    }

    @Test
    void theFileSystemDecidesHowWritesBecomeDurable() throws Exception {
        makeImage(MIB);
        assertThat(on(FileSystems.XFS).durableWriteStrategy())
                .isEqualTo(DurableWriteStrategy.RWF_DSYNC);
        ImageFile btrfs = on(FileSystems.BTRFS);
        assertThat(btrfs.durableWriteStrategy())
                .isEqualTo(DurableWriteStrategy.WRITE_THEN_FDATASYNC);
        assertThat(btrfs.description("posix"))
                .startsWith("posix: " + path + ", 1 MiB, btrfs, page cache, write-through by write")
                .contains("commits its log twice");
    }

    private ImageFile on(long magic) throws BackendException {
        FileCalls calls =
                Intercepted.calls((call, arguments) -> call.equals("fileSystem") ? magic : null);
        ImageFile image = open(options(CacheMode.WRITEBACK), DsyncPreference.AUTO, calls);
        image.close(calls);
        return image;
    }

    @Test
    void aHostThatRefusesRwfDsyncGetsFdatasyncUnlessItIsForced() throws Exception {
        makeImage(MIB);
        FileCalls old =
                Intercepted.calls(
                        (call, arguments) -> {
                            if (call.equals("fileSystem")) {
                                return FileSystems.EXT4;
                            }
                            boolean flagged =
                                    call.equals("preadv2")
                                            && (Integer) arguments[4] == RwFlags.RWF_DSYNC;
                            return flagged ? (Object) (long) -Errnos.EOPNOTSUPP : null;
                        });
        ImageFile image = open(options(CacheMode.DIRECTSYNC), DsyncPreference.AUTO, old);
        assertThat(image.durableWriteStrategy())
                .isEqualTo(DurableWriteStrategy.WRITE_THEN_FDATASYNC);
        assertThat(image.description("posix")).contains("refuses RWF_DSYNC (EOPNOTSUPP)");
        image.close(old);
        assertThat(refusal(options(CacheMode.DIRECTSYNC), DsyncPreference.RWF, old))
                .hasMessageContaining("dsync=rwf does not work")
                .hasMessageContaining("use dsync=auto or dsync=fdatasync");
    }

    @Test
    void theRealKernelAcceptsTheProbeAndKnowsFalseFlags() throws Exception {
        makeImage(MIB);
        FileCalls calls = Intercepted.real();
        for (CacheMode mode : MODES) {
            ImageFile image = open(options(mode), DsyncPreference.RWF, calls);
            assertThat(image.durableWriteStrategy()).isEqualTo(DurableWriteStrategy.RWF_DSYNC);
            image.close(calls);
        }
        // What the probe relies on: a flag that the kernel does not know is refused on a read.
        FileCalls unknownFlag =
                Intercepted.calls(
                        (call, arguments) -> {
                            if (call.equals("preadv2")
                                    && (Integer) arguments[4] == RwFlags.RWF_DSYNC) {
                                arguments[4] = 1 << 30;
                            }
                            return null;
                        });
        assertThat(refusal(options(CacheMode.WRITEBACK), DsyncPreference.RWF, unknownFlag))
                .hasMessageContaining("EOPNOTSUPP");
    }

    @Test
    void rwfDsyncIsGivenUpOnlyWhereTheHostDoesNotKnowIt() throws Exception {
        makeImage(MIB);
        FileCalls calls = Intercepted.real();
        ImageFile image = open(options(CacheMode.WRITEBACK), DsyncPreference.RWF, calls);
        assertThat(image.giveUpRwfDsync(-Errnos.EIO)).isFalse();
        assertThat(image.durableWriteStrategy()).isEqualTo(DurableWriteStrategy.RWF_DSYNC);
        assertThat(image.giveUpRwfDsync(-Errnos.EOPNOTSUPP)).isTrue();
        assertThat(image.durableWriteStrategy())
                .isEqualTo(DurableWriteStrategy.WRITE_THEN_FDATASYNC);
        image.close(calls);
    }

    @Test
    void discardIsOfferedWhereHolesCanBePunchedAndTheUserWantsIt() throws Exception {
        makeImage(MIB);
        FileCalls calls = Intercepted.real();
        ImageFile image = open(options(CacheMode.WRITEBACK), DsyncPreference.AUTO, calls);
        assertThat(image.limits().discardGranularityBytes()).isPositive();
        assertThat(image.limits().discardReadsZero()).isTrue();
        image.close(calls);
        FileCalls unable =
                Intercepted.calls(
                        (call, arguments) -> call.equals("fallocate") ? -Errnos.EOPNOTSUPP : null);
        image = open(options(CacheMode.WRITEBACK), DsyncPreference.AUTO, unable);
        assertThat(image.discards()).isFalse();
        assertThat(image.limits().discardReadsZero()).isFalse();
        image.close(calls);
        BackendOptions ignoring =
                new BackendOptions(
                        path.toString(),
                        CacheMode.WRITEBACK,
                        false,
                        false,
                        OptionalLong.empty(),
                        Map.of());
        image = open(ignoring, DsyncPreference.AUTO, calls);
        assertThat(image.discards()).isFalse();
        image.close(calls);
    }

    @Test
    void anotherDescriptorLeadsToTheSameFileWhateverItsPathHolds() throws Exception {
        makeImage(MIB);
        FileCalls calls = Intercepted.real();
        ImageFile image = open(options(CacheMode.WRITEBACK), DsyncPreference.AUTO, calls);
        Files.delete(path);
        makeImage(512);
        int another = image.openAnother(calls);
        try (Arena arena = Arena.ofConfined()) {
            FileStatus status = new FileStatus(arena);
            assertThat(calls.status(another, status)).isZero();
            assertThat(status.sizeBytes()).isEqualTo(MIB);
        }
        calls.close(another);
        image.close(calls);
    }
}
