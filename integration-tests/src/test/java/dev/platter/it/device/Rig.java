package dev.platter.it.device;

import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockBackendProvider;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.FrontEnd;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.ScsiDisk;
import dev.platter.driver.VirtioScsiDriver;
import dev.platter.scsi.LogicalUnit;
import dev.platter.scsi.ScsiTarget;
import dev.platter.virtio.scsi.VirtioScsiDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * A device with its disks, a driver on it, and the way between: what a test runs on. Disks are
 * counted in the order they were given.
 */
final class Rig implements AutoCloseable {
    /** Where images and sockets go: beside the classes, on a file system that knows O_DIRECT. */
    private static final Path FOLDER = Path.of("target");

    private static final long MEMORY_BYTES = 32 << 20;

    /** The backend to test the device on, whatever the attachment; by a system property. */
    private static final Optional<String> BACKEND =
            Optional.ofNullable(System.getProperty("platter.test.backend"));

    /** What to undo, the last first. */
    private final Deque<AutoCloseable> closers = new ArrayDeque<>();

    private final List<TestDisk> disks;
    private final List<Path> images = new ArrayList<>();
    private final List<BlockBackend> backends = new ArrayList<>();
    private final List<LogicalUnit> units = new ArrayList<>();
    private GuestMemory memory;
    private FrontEnd frontEnd;
    private VirtioScsiDriver driver;

    private Rig(List<TestDisk> disks) {
        this.disks = disks;
    }

    /** A rig with one write-back disk at target 0, or with these. */
    static Rig start(Attachment attachment, TestDisk... disks) throws Exception {
        return start(attachment, DriverOptions.DEFAULT, disks);
    }

    static Rig start(Attachment attachment, DriverOptions options, TestDisk... disks)
            throws Exception {
        Rig rig = new Rig(disks.length == 0 ? List.of(TestDisk.at(0, 0)) : List.of(disks));
        try {
            rig.open(attachment, attachment.options(options));
            return rig;
        } catch (Exception | Error e) {
            rig.close();
            throw e;
        }
    }

    private void open(Attachment attachment, DriverOptions options) throws Exception {
        Path folder = Files.createTempDirectory(FOLDER, "rig");
        closers.push(() -> delete(folder));
        Map<Integer, Map<Integer, LogicalUnit>> unitsByTarget = new TreeMap<>();
        for (TestDisk disk : disks) {
            LogicalUnit unit =
                    openUnit(
                            disk,
                            folder,
                            disk.backend.or(() -> BACKEND).orElse(attachment.backend()));
            unitsByTarget.computeIfAbsent(disk.target, t -> new TreeMap<>()).put(disk.lun, unit);
        }
        Map<Integer, ScsiTarget> targets = new HashMap<>();
        unitsByTarget.forEach((target, byLun) -> targets.put(target, new ScsiTarget(byLun)));
        VirtioScsiDevice device = new VirtioScsiDevice(targets, options.requestQueues());
        memory = GuestMemory.shared(MEMORY_BYTES);
        closers.push(memory);
        Attachment.Attached attached = attachment.attach(device, memory, folder.resolve("socket"));
        closers.push(attached.server());
        frontEnd = attached.frontEnd();
        closers.push(frontEnd);
        driver = VirtioScsiDriver.start(frontEnd, options);
    }

    private LogicalUnit openUnit(TestDisk disk, Path folder, String backendName) throws Exception {
        Path image = folder.resolve("disk" + images.size());
        if (disk.needsImage()) {
            Files.write(image, new byte[Math.toIntExact(disk.sizeBytes())]);
        }
        BlockBackend backend = provider(backendName).open(disk.backendOptions(image));
        closers.push(backend);
        LogicalUnit unit = new LogicalUnit(backend, disk.unitOptions());
        images.add(image);
        backends.add(backend);
        units.add(unit);
        return unit;
    }

    private static BlockBackendProvider provider(String name) {
        return ServiceLoader.load(BlockBackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /** A disk, probed: its unit attentions are cleared. */
    ScsiDisk disk(int number) throws IOException {
        return freshDisk(number).probe();
    }

    /** A disk to which nothing has been sent. */
    ScsiDisk freshDisk(int number) {
        return disk(number, 0);
    }

    /** A disk through a certain request queue. */
    ScsiDisk disk(int number, int queue) {
        TestDisk disk = disks.get(number);
        return new ScsiDisk(driver, queue, disk.target, disk.lun);
    }

    /** The host operations on a disk's image so far. */
    BlockQueueStatistics statistics(int number) {
        return backends.get(number).statistics();
    }

    LogicalUnit unit(int number) {
        return units.get(number);
    }

    /** What a disk's image holds now. */
    byte[] image(int number) throws IOException {
        return Files.readAllBytes(images.get(number));
    }

    GuestMemory memory() {
        return memory;
    }

    FrontEnd frontEnd() {
        return frontEnd;
    }

    VirtioScsiDriver driver() {
        return driver;
    }

    @Override
    public void close() throws IOException {
        Exception first = null;
        while (!closers.isEmpty()) {
            try {
                closers.pop().close();
            } catch (Exception e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw new IOException("closing the rig: " + first.getMessage(), first);
        }
    }
}
