package dev.platter.conformance.crashfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.conformance.crashfs.PowerCut.Moment;
import dev.platter.linux.Errnos;
import dev.platter.linux.FallocateModes;
import dev.platter.linux.FileStatus;
import dev.platter.linux.LinuxFileCalls;
import dev.platter.linux.OpenFlags;
import dev.platter.linux.RwFlags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The crash file system by real system calls. */
@Timeout(60)
class CrashFileSystemTest {
    private static final int SIZE = 1 << 16;
    private static final int PUNCH =
            FallocateModes.FALLOC_FL_PUNCH_HOLE | FallocateModes.FALLOC_FL_KEEP_SIZE;
    private static final int ZERO =
            FallocateModes.FALLOC_FL_ZERO_RANGE | FallocateModes.FALLOC_FL_KEEP_SIZE;

    private final Arena arena = Arena.ofShared();
    private final LinuxFileCalls calls = new LinuxFileCalls(arena);
    private CrashFileSystem fs;
    private int fd;

    @BeforeEach
    void mount() throws Exception {
        CrashFiles.require();
        fs = CrashFileSystem.mount();
        fs.create("disk", SIZE);
        fd = open("disk", OpenFlags.O_RDWR);
        fs.recorder().start();
    }

    @AfterEach
    void unmount() throws Exception {
        if (fs != null) {
            calls.close(fd);
            fs.close();
            assertThat(fs.directory()).doesNotExist();
        }
        arena.close();
    }

    private int open(String name, int flags) {
        int opened = calls.open(fs.path(name).toString(), flags | OpenFlags.O_CLOEXEC, 0600);
        assertThat(opened).isPositive();
        return opened;
    }

    private long write(long offset, int length, int value, int flags) {
        MemorySegment data = arena.allocate(length, 4096).fill((byte) value);
        return calls.pwritev2(fd, vector(data), 1, offset, flags);
    }

    private MemorySegment vector(MemorySegment data) {
        MemorySegment vector = arena.allocate(16, 8);
        vector.set(ValueLayout.JAVA_LONG, 0, data.address());
        vector.set(ValueLayout.JAVA_LONG, 8, data.byteSize());
        return vector;
    }

    private int byteAt(long offset) {
        MemorySegment one = arena.allocate(1);
        assertThat(calls.preadv2(fd, vector(one), 1, offset, 0)).isEqualTo(1);
        return one.get(ValueLayout.JAVA_BYTE, 0);
    }

    private void crash(CrashPolicy policy) {
        fs.cutPower(policy, 1);
        fs.restorePower();
    }

    @Test
    void whatIsAskedIsRecordedExactly() {
        write(4096, 4096, 1, 0);
        write(0, 512, 2, RwFlags.RWF_DSYNC);
        write(0, 512, 2, RwFlags.RWF_SYNC);
        calls.fdatasync(fd);
        calls.fallocate(fd, PUNCH, 0, 4096);
        calls.fallocate(fd, ZERO, 4096, 512);
        calls.fallocate(fd, FallocateModes.FALLOC_FL_KEEP_SIZE, 0, SIZE);
        calls.fallocate(fd, 0, 0, SIZE + 4096);
        calls.ftruncate(fd, SIZE);
        byteAt(4096);
        assertThat(fs.recorder().requests())
                .containsExactly(
                        "write 4096+4096",
                        "write 0+512 dsync",
                        "write 0+512 sync",
                        "fdatasync",
                        "punch 0+4096",
                        "zero 4096+512",
                        "allocate 0+" + SIZE,
                        "allocate-growing 0+" + (SIZE + 4096),
                        "truncate " + SIZE,
                        "read 4096+1");
        assertThat(fs.recorder().operations().getFirst())
                .hasToString("write 4096+4096 of disk = 4096");
    }

    @Test
    void aLongWriteComesInPiecesEachOfItsDurability() {
        fs.create("large", 4 << 20);
        int large = open("large", OpenFlags.O_RDWR | OpenFlags.O_DIRECT);
        MemorySegment data = arena.allocate((1 << 20) + 65536, 4096);
        calls.pwritev2(large, vector(data), 1, 0, RwFlags.RWF_DSYNC);
        calls.close(large);
        assertThat(fs.recorder().requests())
                .containsExactly("write 0+1048576 dsync", "write 1048576+65536 dsync");
    }

    @Test
    void whatIsSynchronisedSurvivesAndOnlyThat() {
        write(0, 4096, 1, 0);
        assertThat(fs.volatileSectors()).isEqualTo(8);
        calls.fdatasync(fd);
        assertThat(fs.volatileSectors()).isZero();
        write(0, 4096, 2, 0);
        write(8192, 4096, 3, 0);
        assertThat(byteAt(0)).isEqualTo(2);
        crash(CrashPolicy.DROP_ALL);
        assertThat(byteAt(0)).isEqualTo(1);
        assertThat(byteAt(8192)).isZero();
    }

    @Test
    void aDurableWriteSurvivesAndTakesNothingElseAlong() {
        write(0, 512, 1, 0);
        write(512, 512, 2, RwFlags.RWF_DSYNC);
        crash(CrashPolicy.DROP_ALL);
        assertThat(byteAt(0)).isZero();
        assertThat(byteAt(512)).isEqualTo(2);
    }

    @Test
    void aServerMayDisregardTheFlagOfAWrite() throws Exception {
        try (CrashFileSystem careless = CrashFileSystem.mount(false)) {
            careless.create("disk", SIZE);
            int other = calls.open(careless.path("disk").toString(), OpenFlags.O_RDWR, 0);
            MemorySegment data = arena.allocate(512, 512).fill((byte) 1);
            assertThat(calls.pwritev2(other, vector(data), 1, 0, RwFlags.RWF_DSYNC)).isEqualTo(512);
            calls.close(other);
            careless.cutPower(CrashPolicy.DROP_ALL, 1);
            assertThat(careless.contents("disk")[0]).isZero();
        }
    }

    @Test
    void holesAndZeroesAreVolatileToo() {
        write(0, 8192, 1, RwFlags.RWF_DSYNC);
        assertThat(calls.fallocate(fd, PUNCH, 0, 4096)).isZero();
        assertThat(calls.fallocate(fd, ZERO, 4096, 1000)).isZero();
        assertThat(byteAt(0)).isZero();
        assertThat(byteAt(4096 + 999)).isZero();
        assertThat(byteAt(4096 + 1000)).isEqualTo(1);
        crash(CrashPolicy.DROP_ALL);
        assertThat(byteAt(0)).isEqualTo(1);
        assertThat(byteAt(4096)).isEqualTo(1);
        calls.fallocate(fd, PUNCH, 0, 4096);
        calls.fdatasync(fd);
        crash(CrashPolicy.DROP_ALL);
        assertThat(byteAt(0)).isZero();
    }

    @Test
    void sizesAreVolatileUntilSynchronised() {
        FileStatus status = new FileStatus(arena);
        calls.ftruncate(fd, 2 * SIZE);
        crash(CrashPolicy.DROP_ALL);
        calls.status(fd, status);
        assertThat(status.sizeBytes()).isEqualTo(SIZE);
        write(SIZE, 512, 1, RwFlags.RWF_DSYNC);
        crash(CrashPolicy.DROP_ALL);
        calls.status(fd, status);
        assertThat(status.sizeBytes()).isEqualTo(SIZE + 512);
        assertThat(byteAt(SIZE)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    void thePowerFailsAtAnyMomentOfAnyOperation(Moment moment) {
        write(0, 512, 1, RwFlags.RWF_DSYNC);
        fs.arm(new PowerCut(1, moment, CrashPolicy.DROP_ALL, 1));
        assertThat(write(512, 512, 2, RwFlags.RWF_DSYNC)).isEqualTo(512);
        assertThat(write(0, 512, 3, RwFlags.RWF_DSYNC)).isEqualTo(-Errnos.EIO);
        assertThat(fs.powered()).isFalse();
        assertThat(calls.fdatasync(fd)).isEqualTo(-Errnos.EIO);
        assertThat(write(0, 512, 4, 0)).isEqualTo(-Errnos.EIO);
        assertThat(fs.restorePower()).isNotNull();
        assertThat(byteAt(0)).isEqualTo(moment == Moment.AFTER ? 3 : 1);
        assertThat(byteAt(512)).isEqualTo(2);
    }

    @Test
    void aSecondCutWithoutWritesChangesNothing() {
        for (long seed = 0; seed < 20; seed++) {
            for (CrashPolicy policy : CrashPolicy.values()) {
                write(0, 4096, (int) seed + 1, 0);
                write(2048, 4096, (int) seed + 2, 0);
                fs.cutPower(policy, seed);
                fs.restorePower();
                byte[] first = fs.contents("disk");
                fs.cutPower(CrashPolicy.DROP_ALL, seed);
                fs.restorePower();
                assertThat(fs.contents("disk")).isEqualTo(first);
            }
        }
    }

    @Test
    void eachPolicyLeavesWhatItSays() {
        int[] torn = {0};
        for (long seed = 0; seed < 200; seed++) {
            for (CrashPolicy policy : CrashPolicy.values()) {
                write(0, 4096, 1, RwFlags.RWF_DSYNC);
                write(0, 4096, 2, 0);
                write(0, 4096, 3, 0);
                fs.cutPower(policy, seed);
                fs.restorePower();
                byte[] left = fs.contents("disk");
                boolean whole = true;
                for (int at = 0; at < 4096; at++) {
                    assertThat(left[at]).as("torn inside a sector").isEqualTo(left[at & ~511]);
                    whole &= left[at] == left[0];
                }
                switch (policy) {
                    case DROP_ALL -> assertThat(left[0]).isEqualTo((byte) 1);
                    case KEEP_ALL -> assertThat(left[0]).isEqualTo((byte) 3);
                    case SUBSET -> assertThat(whole).isTrue();
                    case TORN, PER_SECTOR -> torn[0] += whole ? 0 : 1;
                }
            }
        }
        assertThat(torn[0]).isGreaterThan(200);
    }

    @Test
    void aFailedSynchronisationForsakesWhatItCovered() {
        write(0, 512, 1, 0);
        fs.faults().fail(OperationKind.FSYNC, 1, Errnos.EIO);
        assertThat(calls.fdatasync(fd)).isEqualTo(-Errnos.EIO);
        assertThat(calls.fdatasync(fd)).as("reported once, as Linux does").isZero();
        assertThat(byteAt(0)).as("still read").isEqualTo(1);
        write(512, 512, 2, 0);
        assertThat(calls.fdatasync(fd)).isZero();
        crash(CrashPolicy.DROP_ALL);
        assertThat(byteAt(0)).as("gone").isZero();
        assertThat(byteAt(512)).isEqualTo(2);
    }

    @Test
    void eachOpenDescriptionIsToldOfAFailureOnce() {
        int other = open("disk", OpenFlags.O_RDWR);
        fs.faults().fail(OperationKind.FSYNC, 1, Errnos.EIO);
        assertThat(calls.fdatasync(fd)).isEqualTo(-Errnos.EIO);
        int later = open("disk", OpenFlags.O_RDWR);
        assertThat(calls.fdatasync(later)).as("opened later").isZero();
        assertThat(calls.fdatasync(other)).isEqualTo(-Errnos.EIO);
        assertThat(calls.fdatasync(other)).isZero();
        assertThat(calls.fdatasync(fd)).isZero();
        fs.faults().fail(OperationKind.FSYNC, 1, Errnos.EIO);
        assertThat(calls.fdatasync(other)).isEqualTo(-Errnos.EIO);
        assertThat(write(0, 512, 1, 0)).as("promises nothing").isEqualTo(512);
        assertThat(write(0, 512, 1, RwFlags.RWF_DSYNC)).isEqualTo(-Errnos.EIO);
        assertThat(write(0, 512, 1, RwFlags.RWF_DSYNC)).isEqualTo(512);
        calls.close(other);
        calls.close(later);
    }

    @Test
    void aSynchronisationThatWasInterruptedLosesNothing() {
        write(0, 512, 1, 0);
        fs.faults().fail(OperationKind.FSYNC, 1, Errnos.EINTR);
        assertThat(calls.fdatasync(fd)).isEqualTo(-Errnos.EINTR);
        assertThat(calls.fdatasync(fd)).isZero();
        crash(CrashPolicy.DROP_ALL);
        assertThat(byteAt(0)).isEqualTo(1);
    }

    @Test
    void faultsComeWhereTheyArePlanned() {
        fs.faults()
                .fail(OperationKind.WRITE, 2, Errnos.ENOSPC)
                .shorten(OperationKind.WRITE, 3, 512)
                .failApplied(OperationKind.WRITE, 4, Errnos.EIO)
                .fail(OperationKind.READ, 1, Errnos.EIO);
        assertThat(write(0, 4096, 1, 0)).isEqualTo(4096);
        assertThat(write(0, 4096, 2, 0)).isEqualTo(-Errnos.ENOSPC);
        assertThat(write(0, 4096, 3, 0)).isEqualTo(512);
        assertThat(write(8192, 512, 4, 0)).isEqualTo(-Errnos.EIO);
        MemorySegment one = arena.allocate(1);
        assertThat(calls.preadv2(fd, vector(one), 1, 0, 0)).isEqualTo(-Errnos.EIO);
        assertThat(byteAt(0)).isEqualTo(3);
        assertThat(byteAt(512)).isEqualTo(1);
        assertThat(byteAt(8192)).isEqualTo(4);
        assertThat(fs.faults().pending()).isEmpty();
        assertThat(calls.fdatasync(fd)).isZero();
        crash(CrashPolicy.DROP_ALL);
        assertThat(byteAt(0)).isEqualTo(3);
        assertThat(byteAt(8192)).as("never made durable").isZero();
    }

    @Test
    void aDelayHoldsAnOperation() {
        // Through io_uring or another file only: the kernel holds an fsync and a write apart. Two
        // descriptors of one file do not help, so the write goes to a file that another fsync
        // covers.
        write(0, 512, 1, 0);
        fs.faults().delay(OperationKind.FSYNC, 1, Duration.ofMillis(50));
        long before = System.nanoTime();
        assertThat(calls.fdatasync(fd)).isZero();
        assertThat(System.nanoTime() - before).isGreaterThan(40_000_000L);
    }

    @Test
    void filesComeAndGoAndAreListed() throws Exception {
        Path made = fs.path("made");
        Files.write(made, new byte[] {1, 2, 3});
        assertThat(Files.readAllBytes(made)).containsExactly(1, 2, 3);
        Files.move(made, fs.path("moved"));
        try (var listed = Files.list(fs.directory())) {
            assertThat(listed.map(path -> path.getFileName().toString()).sorted())
                    .containsExactly("disk", "moved");
        }
        Files.delete(fs.path("moved"));
        assertThat(fs.path("moved")).doesNotExist();
        assertThat(Files.getFileStore(fs.directory()).type()).isEqualTo("fuse.platter-crash");
    }

    @Test
    void anAbortReleasesWhoHangs() throws Exception {
        fs.faults().delay(OperationKind.FSYNC, 1, Duration.ofSeconds(5));
        int[] answer = {1};
        Thread hanging =
                new Thread(
                        () -> {
                            try (Arena own = Arena.ofConfined()) {
                                answer[0] = new LinuxFileCalls(own).fdatasync(fd);
                            }
                        });
        hanging.start();
        while (fs.recorder().operations().isEmpty()
                && hanging.getState() != Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
        Thread.sleep(100);
        fs.abort();
        hanging.join(4_000);
        assertThat(hanging.isAlive()).isFalse();
        assertThat(answer[0]).isNegative();
    }
}
