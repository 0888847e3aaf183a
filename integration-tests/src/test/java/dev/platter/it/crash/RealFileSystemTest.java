package dev.platter.it.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import dev.platter.conformance.crashfs.CrashFileSystem;
import dev.platter.conformance.crashfs.CrashPolicy;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Real file systems on a loop device over a file of the crash file system: a disk with a volatile
 * cache that loses all that was not flushed, or one without. The power goes right after an
 * acknowledgement; the file system is mounted again from what is left, and what was acknowledged as
 * durable must be there.
 */
@Timeout(600)
class RealFileSystemTest {
    private static final long DISK_BYTES = 320L << 20;
    private static final int IMAGE_BYTES = 1 << 20;
    private static final int BLOCK = 4096;
    private static final int[] BLOCKS = {0, 100, IMAGE_BYTES / BLOCK - 1};
    private static final byte PATTERN = 0x5a;

    /** What lies under the blocks before they are written. */
    private enum Extents {
        OVERWRITE,
        HOLE,
        PREALLOCATED
    }

    private record Case(
            Extents extents,
            String backend,
            CacheMode mode,
            Map<String, String> dsync,
            boolean fua) {
        String name() {
            return "%s %s %s %s %s"
                    .formatted(
                            extents, backend, mode, dsync.values(), fua ? "durable" : "and flush");
        }
    }

    private CrashFileSystem fs;

    @BeforeEach
    void mount() throws Exception {
        CrashDisks.require();
        for (String program : List.of("losetup", "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs")) {
            if (!LoopDisk.installed(program)) {
                CrashDisks.skip(program + " is not installed: run scripts/install-test-tools");
            }
        }
        fs = CrashFileSystem.mount();
    }

    @AfterEach
    void unmount() throws Exception {
        if (fs != null) {
            fs.close();
        }
    }

    private static String options(String fileSystem) {
        // With data checksums btrfs makes direct I/O through the page cache, which hides its loss.
        return fileSystem.equals("btrfs") ? "nodatasum" : "defaults";
    }

    /** The cases whose acknowledged blocks did not survive. */
    private List<String> lost(String fileSystem, boolean volatileCache, List<Case> cases)
            throws Exception {
        Path file = fs.create("disk", DISK_BYTES);
        try (LoopDisk disk = LoopDisk.over(file, volatileCache)) {
            disk.format(fileSystem);
            Path folder = disk.mount(fileSystem, options(fileSystem));
            for (int i = 0; i < cases.size(); i++) {
                prepare(folder.resolve("image" + i), cases.get(i).extents());
            }
            LoopDisk.run("sync", "-f", folder.toString());
            for (int i = 0; i < cases.size(); i++) {
                acknowledge(folder.resolve("image" + i), cases.get(i));
                // A disk without a cache has what was written; one with a cache what was flushed.
                fs.copyAfterCut(
                        "disk",
                        "left" + i,
                        volatileCache ? CrashPolicy.DROP_ALL : CrashPolicy.KEEP_ALL,
                        1);
            }
        }
        List<String> lost = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            try (LoopDisk disk = LoopDisk.over(fs.path("left" + i), volatileCache)) {
                Path folder = disk.mount(fileSystem, options(fileSystem));
                if (!holds(folder.resolve("image" + i))) {
                    lost.add(cases.get(i).name());
                }
            }
            fs.delete("left" + i);
        }
        return lost;
    }

    private static void prepare(Path image, Extents extents) throws Exception {
        switch (extents) {
            case OVERWRITE -> Files.write(image, new byte[IMAGE_BYTES]);
            case HOLE -> {
                try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                    file.setLength(IMAGE_BYTES);
                }
            }
            case PREALLOCATED ->
                    LoopDisk.run("fallocate", "-l", "" + IMAGE_BYTES, image.toString());
        }
    }

    private static void acknowledge(Path image, Case each) throws Exception {
        try (Arena arena = Arena.ofShared();
                BlockBackend backend =
                        CrashDisks.opener(each.backend(), each.mode(), each.dsync())
                                .open(image.toString());
                BlockQueue queue = backend.openQueue(1)) {
            MemorySegment data = arena.allocate(BLOCK, BLOCK).fill(PATTERN);
            IoVector vector = new IoVector(arena, 1);
            assertThat(vector.add(data, 0, BLOCK)).isTrue();
            int flags = each.fua() ? IoFlags.FUA : IoFlags.NONE;
            for (int block : BLOCKS) {
                assertThat(queue.writev(0, (long) block * BLOCK, vector, flags)).isTrue();
                assertThat(drained(queue)).isEqualTo(BLOCK);
            }
            if (!each.fua()) {
                assertThat(queue.flush(0)).isTrue();
                assertThat(drained(queue)).isZero();
            }
        }
    }

    private static int drained(BlockQueue queue) {
        int[] result = {1};
        while (queue.inFlight() > 0) {
            if (queue.poll((tag, answer) -> result[0] = answer) == 0) {
                Thread.onSpinWait();
            }
        }
        return result[0];
    }

    private static boolean holds(Path image) throws Exception {
        byte[] expected = new byte[BLOCK];
        Arrays.fill(expected, PATTERN);
        byte[] found = new byte[BLOCK];
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
            for (int block : BLOCKS) {
                file.seek((long) block * BLOCK);
                file.readFully(found);
                if (!Arrays.equals(expected, found)) {
                    return false;
                }
            }
        }
        return true;
    }

    @ParameterizedTest(name = "{0}, volatile cache {1}")
    @CsvSource({
        "ext4, true",
        "ext4, false",
        "xfs, true",
        "xfs, false",
        "btrfs, true",
        "btrfs, false"
    })
    void whatIsAcknowledgedAsDurableSurvives(String fileSystem, boolean volatileCache)
            throws Exception {
        List<Case> cases = new ArrayList<>();
        for (String backend : List.of("posix", "uring", CrashDisks.RING_ONLY)) {
            for (CacheMode mode : List.of(CacheMode.DIRECTSYNC, CacheMode.WRITETHROUGH)) {
                for (Extents extents : Extents.values()) {
                    cases.add(new Case(extents, backend, mode, Map.of("dsync", "auto"), true));
                }
            }
            cases.add(
                    new Case(
                            Extents.HOLE, backend, CacheMode.NONE, Map.of("dsync", "auto"), false));
        }
        assertThat(lost(fileSystem, volatileCache, cases)).isEmpty();
    }

    @Test
    void whatIsNotFlushedIsLostSoTheCutIsReal() throws Exception {
        Path file = fs.create("disk", DISK_BYTES);
        try (LoopDisk disk = LoopDisk.over(file, true)) {
            disk.format("ext4");
            Path folder = disk.mount("ext4", "defaults");
            prepare(folder.resolve("image"), Extents.OVERWRITE);
            LoopDisk.run("sync", "-f", folder.toString());
            try (Arena arena = Arena.ofShared();
                    BlockBackend backend =
                            CrashDisks.opener("posix", CacheMode.NONE, Map.of())
                                    .open(folder.resolve("image").toString());
                    BlockQueue queue = backend.openQueue(1)) {
                IoVector vector = new IoVector(arena, 1);
                MemorySegment data = arena.allocate(BLOCK, BLOCK).fill(PATTERN);
                assertThat(vector.add(data, 0, BLOCK)).isTrue();
                assertThat(queue.writev(0, 0, vector, IoFlags.NONE)).isTrue();
                assertThat(drained(queue)).isEqualTo(BLOCK);
                fs.copyAfterCut("disk", "left", CrashPolicy.DROP_ALL, 1);
            }
        }
        try (LoopDisk disk = LoopDisk.over(fs.path("left"), true)) {
            Path folder = disk.mount("ext4", "defaults");
            assertThat(holds(folder.resolve("image"))).isFalse();
        }
    }

    @Test
    void forcedDsyncThroughIoUringIsCaughtOnBtrfsAndAutoIsNot() throws Exception {
        Map<String, String> forced = Map.of("dsync", "rwf", "unsafe-dsync", "on");
        List<Case> cases = new ArrayList<>();
        for (Extents extents : Extents.values()) {
            cases.add(new Case(extents, CrashDisks.RING_ONLY, CacheMode.DIRECTSYNC, forced, true));
        }
        for (Extents extents : Extents.values()) {
            cases.add(
                    new Case(
                            extents, "uring", CacheMode.DIRECTSYNC, Map.of("dsync", "auto"), true));
            cases.add(new Case(extents, "posix", CacheMode.DIRECTSYNC, forced, true));
        }
        List<String> lost = lost("btrfs", false, cases);
        System.out.println("btrfs, no volatile cache: lost " + lost);
        assertThat(lost).allMatch(name -> name.contains("uring") && name.contains("rwf"));
        if (lost.isEmpty()) {
            abort("this kernel's btrfs keeps what is written with RWF_DSYNC through io_uring");
        }
        assertThat(lost).hasSize(Extents.values().length);
    }
}
