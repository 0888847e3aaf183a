package dev.platter.it.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.guest.CacheType;
import dev.platter.guest.GuestDisk;
import dev.platter.guest.LinuxGuest;
import dev.platter.it.support.CallTrace;
import dev.platter.it.support.CallTrace.Calls;
import dev.platter.it.support.PlatterProcess;
import dev.platter.it.support.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The five cache modes as a Linux guest sees them, and the system calls they cause, as strace sees
 * them. One guest with two servers, one on split rings and one on packed ones, and on each a disk a
 * mode; two more disks make durable writes by fdatasync.
 */
@Tag("guest")
@Requires(guest = true, programs = "strace")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CacheModesGuestTest {
    private static final int WRITES = 16;
    private static final int PROCESSORS = 4;
    private static final int QUEUE_SIZE = 128;
    private static final List<String> DISKS =
            List.of(
                    "writeback",
                    "none",
                    "writethrough",
                    "directsync",
                    "unsafe",
                    "writeback-fdatasync",
                    "directsync-fdatasync");

    private final Map<Rings, PlatterProcess> servers = new EnumMap<>(Rings.class);
    private final Map<Rings, CallTrace> traces = new EnumMap<>(Rings.class);

    /** By serial number: to ask the guest each time takes longer than most tests. */
    private final Map<String, GuestDisk> disks = new HashMap<>();

    private Path folder;
    private LinuxGuest guest;

    @BeforeAll
    void boot() throws Exception {
        folder =
                Files.createTempDirectory(Path.of("target").toAbsolutePath(), "modes").toRealPath();
        for (Rings rings : Rings.values()) {
            serve(rings);
        }
        guest =
                LinuxGuest.builder()
                        .processors(PROCESSORS)
                        .consoleLog(folder.resolve("console"))
                        .qemu(controller(Rings.SPLIT))
                        .qemu(controller(Rings.PACKED))
                        .boot();
        guest.disks().forEach(disk -> disks.put(disk.serial(), disk));
    }

    private List<String> controller(Rings rings) {
        return rings.controller(socket(rings), queues(rings), QUEUE_SIZE);
    }

    private void serve(Rings rings) throws IOException {
        Path trace = folder.resolve(rings.prefix() + "trace");
        List<String> specs = new ArrayList<>();
        for (String disk : DISKS) {
            specs.add(
                    "backend=posix,file=%s,size=32M,cache=%s,dsync=%s,serial=%s"
                            .formatted(
                                    image(rings, disk),
                                    disk.replace("-fdatasync", ""),
                                    disk.endsWith("-fdatasync") ? "fdatasync" : "rwf",
                                    rings.prefix() + disk));
        }
        servers.put(
                rings,
                PlatterProcess.serveTraced(
                        folder,
                        socket(rings),
                        trace,
                        CallTrace.CALLS,
                        specs.toArray(String[]::new)));
        traces.put(rings, new CallTrace(trace));
    }

    private Path socket(Rings rings) {
        return folder.resolve(rings.prefix() + "sock");
    }

    /** Two queues for four processors, and one for each. */
    private static int queues(Rings rings) {
        return rings == Rings.SPLIT ? 2 : PROCESSORS;
    }

    @AfterAll
    void end() throws IOException {
        if (guest != null) {
            guest.close();
        }
        for (PlatterProcess server : servers.values()) {
            server.close();
        }
    }

    static Stream<Arguments> ringsAndModes() {
        return crossed("writeback", "none", "writethrough", "directsync");
    }

    static Stream<Arguments> ringsAndFdatasyncDisks() {
        return crossed("writeback-fdatasync", "directsync-fdatasync");
    }

    static Stream<Arguments> ringsAndCacheTypes() {
        return crossed("WRITE_BACK", "WRITE_THROUGH");
    }

    private static Stream<Arguments> crossed(String... values) {
        return Stream.of(Rings.values())
                .flatMap(rings -> Stream.of(values).map(value -> Arguments.of(rings, value)));
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void theGuestUsesTheRingsAndQueuesItWasGiven(Rings rings) throws IOException {
        rings.assertInUse(guest, disk(rings, "writeback"), queues(rings));
    }

    @ParameterizedTest
    @Order(1) // before any other has switched it
    @CsvSource({
        "SPLIT, writeback, WRITE_BACK",
        "SPLIT, none, WRITE_BACK",
        "SPLIT, unsafe, WRITE_BACK",
        "SPLIT, writethrough, WRITE_THROUGH",
        "SPLIT, directsync, WRITE_THROUGH",
        "PACKED, writeback, WRITE_BACK",
        "PACKED, none, WRITE_BACK",
        "PACKED, unsafe, WRITE_BACK",
        "PACKED, writethrough, WRITE_THROUGH",
        "PACKED, directsync, WRITE_THROUGH"
    })
    void theGuestSeesTheModesCacheTypeAndMaySwitchItAndBack(
            Rings rings, String mode, CacheType configured) throws IOException {
        GuestDisk disk = disk(rings, mode);
        assertThat(disk.cacheType()).isEqualTo(configured);
        CacheType other =
                configured == CacheType.WRITE_BACK ? CacheType.WRITE_THROUGH : CacheType.WRITE_BACK;
        disk.setCacheType(other);
        assertThat(disk.cacheType()).isEqualTo(other);
        disk.setCacheType(configured);
        assertThat(disk.cacheType()).isEqualTo(configured);
    }

    @ParameterizedTest
    @CsvSource({
        "writeback, false",
        "none, true",
        "writethrough, false",
        "directsync, true",
        "unsafe, false"
    })
    void theHostOpensTheImageAsQemuDoes(String mode, boolean direct) throws IOException {
        String opening = traces.get(Rings.SPLIT).opening(image(Rings.SPLIT, mode));
        assertThat(opening)
                .contains("O_RDWR")
                .contains("O_CLOEXEC")
                .doesNotContain("O_SYNC")
                .doesNotContain("O_DSYNC");
        assertThat(opening.contains("O_DIRECT")).isEqualTo(direct);
    }

    @ParameterizedTest
    @MethodSource("ringsAndModes")
    void synchronousWritesCostAFlushEachUnderWriteBack(Rings rings, String mode)
            throws IOException {
        under(rings, mode, CacheType.WRITE_BACK);
        assertThat(synchronousWrites(rings, mode)).isEqualTo(new Calls(WRITES, 0, WRITES));
    }

    @ParameterizedTest
    @MethodSource("ringsAndModes")
    void synchronousWritesAreOneDurableCallEachUnderWriteThrough(Rings rings, String mode)
            throws IOException {
        under(rings, mode, CacheType.WRITE_THROUGH);
        assertThat(synchronousWrites(rings, mode)).isEqualTo(new Calls(0, WRITES, 0));
    }

    @ParameterizedTest
    @MethodSource("ringsAndFdatasyncDisks")
    void synchronousWritesAreAWriteAndAnFdatasyncEachWhereSoAsked(Rings rings, String mode)
            throws IOException {
        under(rings, mode, CacheType.WRITE_THROUGH);
        assertThat(synchronousWrites(rings, mode)).isEqualTo(new Calls(WRITES, 0, WRITES));
    }

    @ParameterizedTest
    @MethodSource("ringsAndCacheTypes")
    void unsafeNeverSynchronises(Rings rings, CacheType type) throws IOException {
        traces.get(rings).skip();
        under(rings, "unsafe", type);
        dd(rings, "unsafe", WRITES, "direct,dsync");
        assertThat(next(rings, "unsafe")).isEqualTo(new Calls(WRITES, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("ringsAndModes")
    void switchingToWriteThroughSynchronisesOnceWhatWasVolatile(Rings rings, String mode)
            throws IOException {
        under(rings, mode, CacheType.WRITE_BACK);
        dd(rings, mode, 1, "direct");
        traces.get(rings).skip();
        disk(rings, mode).setCacheType(CacheType.WRITE_THROUGH);
        assertThat(next(rings, mode)).isEqualTo(new Calls(0, 0, 1));
        disk(rings, mode).setCacheType(CacheType.WRITE_BACK);
        assertThat(next(rings, mode)).isEqualTo(new Calls(0, 0, 0));
    }

    /** Each processor writes through a queue of its own, if there are as many. */
    @ParameterizedTest
    @EnumSource
    void everyProcessorsQueueFollowsTheSwitch(Rings rings) throws IOException {
        under(rings, "none", CacheType.WRITE_THROUGH);
        assertThat(writeFromEveryProcessor(rings, "none")).isEqualTo(new Calls(0, PROCESSORS, 0));
        under(rings, "none", CacheType.WRITE_BACK);
        assertThat(writeFromEveryProcessor(rings, "none")).isEqualTo(new Calls(PROCESSORS, 0, 0));
    }

    private Calls writeFromEveryProcessor(Rings rings, String mode) throws IOException {
        traces.get(rings).skip();
        guest.output(
                "for cpu in 0 1 2 3; do taskset -c $cpu dd if=/dev/zero of="
                        + disk(rings, mode).device()
                        + " bs=4k count=1 seek=$cpu oflag=direct status=none || exit 1; done");
        return next(rings, mode);
    }

    @ParameterizedTest
    @EnumSource
    void twoDisksOfOneSocketWorkAtOnce(Rings rings) throws IOException {
        String first = disk(rings, "writeback").device();
        String second = disk(rings, "directsync").device();
        guest.output(
                "dd if=/dev/urandom of=/tmp/data bs=1M count=4 status=none;"
                        + " dd if=/tmp/data of="
                        + first
                        + " bs=64k oflag=direct status=none &"
                        + " dd if=/tmp/data of="
                        + second
                        + " bs=64k oflag=direct status=none; wait;"
                        + " head -c 4m "
                        + first
                        + " | cmp - /tmp/data && head -c 4m "
                        + second
                        + " | cmp - /tmp/data");
    }

    private Calls synchronousWrites(Rings rings, String mode) throws IOException {
        traces.get(rings).skip();
        dd(rings, mode, WRITES, "direct,dsync");
        return next(rings, mode);
    }

    private Calls next(Rings rings, String disk) throws IOException {
        return traces.get(rings).next(image(rings, disk));
    }

    private GuestDisk disk(Rings rings, String name) {
        return disks.get(rings.prefix() + name);
    }

    private void under(Rings rings, String mode, CacheType type) throws IOException {
        disk(rings, mode).setCacheType(type);
    }

    private void dd(Rings rings, String mode, int count, String flags) throws IOException {
        guest.output(
                "dd if=/dev/zero of="
                        + disk(rings, mode).device()
                        + " bs=4k count="
                        + count
                        + " oflag="
                        + flags
                        + " status=none");
    }

    private Path image(Rings rings, String disk) {
        return folder.resolve(rings.prefix() + disk + ".raw");
    }
}
