package dev.platter.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.CacheMode;
import dev.platter.conformance.crashfs.CrashFileSystem;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.FrontEnd;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.InProcessFrontEnd;
import dev.platter.driver.ScsiCommands;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.ScsiFlags;
import dev.platter.driver.VirtioScsiDriver;
import dev.platter.scsi.LogicalUnit;
import dev.platter.scsi.LogicalUnitOptions;
import dev.platter.scsi.ScsiTarget;
import dev.platter.virtio.scsi.VirtioScsiDevice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each SCSI command costs on the host, to the request: by cache mode, backend and way of
 * durable writes. One request too many fails as one too few does.
 */
@Timeout(60)
class GoldenRequestTest {
    private static final byte[] NO_DATA = {};
    private static final byte[] DATA = new byte[4096];
    private static final int SIZE = 1 << 20;

    private static CrashFileSystem fs;
    private static int disks;

    private final List<String> expected = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private CacheMode mode;
    private boolean dsync;
    private boolean linked;

    @BeforeAll
    static void mount() throws Exception {
        CrashDisks.require();
        fs = CrashFileSystem.mount();
    }

    @AfterAll
    static void unmount() throws Exception {
        if (fs != null) {
            fs.close();
        }
    }

    private interface Command {
        void send() throws IOException;
    }

    private static Stream<List<String>> combinations() {
        return Stream.of("posix", "uring", CrashDisks.RING_ONLY)
                .flatMap(
                        backend ->
                                CrashDisks.MODES.stream()
                                        .flatMap(
                                                each ->
                                                        Stream.of("rwf", "fdatasync")
                                                                .map(
                                                                        way ->
                                                                                List.of(
                                                                                        backend,
                                                                                        each
                                                                                                .toString(),
                                                                                        way))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("combinations")
    void eachCommandCostsExactlyThis(List<String> combination) throws Exception {
        mode = CacheMode.named(combination.get(1)).orElseThrow();
        dsync = combination.get(2).equals("rwf");
        linked = combination.get(0).startsWith("uring");
        String name = "disk" + disks++;
        String path = fs.create(name, SIZE).toString();
        Map<String, String> properties = CrashDisks.dsync(combination.get(2));
        LogicalUnitOptions options =
                LogicalUnitOptions.builder().cacheMode(mode).discard(true).build();
        try (BlockBackend backend =
                        CrashDisks.opener(combination.get(0), mode, properties).open(path);
                GuestMemory memory = GuestMemory.shared(32 << 20);
                FrontEnd frontEnd = InProcessFrontEnd.threaded(device(backend, options), memory)) {
            VirtioScsiDriver driver = VirtioScsiDriver.start(frontEnd, DriverOptions.DEFAULT);
            commands(new ScsiDisk(driver, 0, 0, 0).probe());
        }
        assertThat(seen).isEqualTo(expected);
    }

    private static VirtioScsiDevice device(BlockBackend backend, LogicalUnitOptions options) {
        LogicalUnit unit = new LogicalUnit(backend, options);
        return new VirtioScsiDevice(Map.of(0, new ScsiTarget(Map.of(0, unit))), 1);
    }

    private void commands(ScsiDisk disk) throws IOException {
        boolean through = !mode.writeback();
        boolean back = mode.writeback() && !mode.noFlush();
        String[] durable =
                dsync
                        ? new String[] {"write 0+4096 dsync"}
                        : new String[] {"write 0+4096", "fdatasync"};
        String[] plain = {"write 0+4096"};
        String[] nothing = {};
        String[] flush = {"fdatasync"};

        expect("write", () -> disk.write(0, DATA), through ? durable : plain);
        // An image's first flush covers what its last user left. A synchronisation that the ledger
        // knows of has done so before; one that is linked to a write goes by no ledger.
        boolean owed = back || (through && (dsync || linked));
        expect("flush", disk::flush, owed ? flush : nothing);
        expect("flush again", disk::flush, nothing);
        Command fua = () -> good(disk, ScsiCommands.write10(0, 8, ScsiFlags.FUA), DATA);
        expect("write with FUA", fua, mode.noFlush() ? plain : durable);
        expect("flush of nothing", disk::flush, nothing);
        Command same =
                () ->
                        good(
                                disk,
                                ScsiCommands.writeSame16(16, 8, ScsiFlags.NO_DATA_OUT_BUFFER),
                                NO_DATA);
        expect("write same", same, with("zero 8192+4096", through));
        expect("flush of zeroes", disk::flush, back ? flush : nothing);
        int unmapping = ScsiFlags.NO_DATA_OUT_BUFFER | ScsiFlags.UNMAP;
        Command release = () -> good(disk, ScsiCommands.writeSame16(16, 8, unmapping), NO_DATA);
        expect("write same, unmapping", release, with("punch 8192+4096", through));
        byte[] range = ScsiCommands.unmapParameters(32, 8);
        Command unmap = () -> good(disk, ScsiCommands.unmap(range.length), range);
        expect("unmap", unmap, with("punch 16384+4096", through));
        expect("flush of holes", disk::flush, back ? flush : nothing);
        expect("read", () -> disk.read(0, 8), "read 0+4096");
        expect("write before a switch", () -> disk.write(0, DATA), through ? durable : plain);
        expect("switch to write-through", () -> disk.setWriteCache(false), back ? flush : nothing);
        expect("write after it", () -> disk.write(0, DATA), mode.noFlush() ? plain : durable);
        expect("switch to write-back", () -> disk.setWriteCache(true), nothing);
        expect("write after that", () -> disk.write(0, DATA), plain);
    }

    private static String[] with(String request, boolean durably) {
        return durably ? new String[] {request, "fdatasync"} : new String[] {request};
    }

    private static void good(ScsiDisk disk, byte[] cdb, byte[] data) throws IOException {
        assertThat(disk.execute(cdb, data, 0).good()).isTrue();
    }

    private void expect(String what, Command command, String... requests) throws IOException {
        fs.recorder().start();
        command.send();
        seen.add(what + ": " + fs.recorder().requests());
        expected.add(what + ": " + List.of(requests));
    }
}
