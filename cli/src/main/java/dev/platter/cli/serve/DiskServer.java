package dev.platter.cli.serve;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.device.EventLoopProvider;
import dev.platter.backend.uring.RingLoopProvider;
import dev.platter.loop.EpollLoopProvider;
import dev.platter.scsi.InitiatorPort;
import dev.platter.scsi.ScsiTargets;
import dev.platter.vhostuser.Polling;
import dev.platter.vhostuser.VhostUserException;
import dev.platter.vhostuser.VhostUserOptions;
import dev.platter.vhostuser.VhostUserServer;
import dev.platter.virtio.scsi.DeviceGroup;
import dev.platter.virtio.scsi.VirtioScsiDevice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Open disks behind listening sockets: each socket is an initiator of its own, known to the disks
 * by the socket's path, and all see the same disks.
 */
public final class DiskServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskServer.class);

    private static final int CONTROL_AND_EVENT_QUEUE = 2;

    private final LiveDisks disks;
    private final List<VhostUserServer> servers;

    private DiskServer(LiveDisks disks, List<VhostUserServer> servers) {
        this.disks = disks;
        this.servers = servers;
    }

    /**
     * Opens the disks and listens.
     *
     * @throws UsageException if a disk or a socket cannot be had; then nothing was created
     */
    public static DiskServer start(List<Path> sockets, List<DiskSpec> specs, int queues)
            throws UsageException {
        return start(sockets, specs, queues, 0);
    }

    /**
     * As {@link #start(List, List, int)}, with queues' threads that poll before they wait.
     *
     * @param pollMaxNanos how long at most
     */
    public static DiskServer start(
            List<Path> sockets, List<DiskSpec> specs, int queues, long pollMaxNanos)
            throws UsageException {
        List<Integer> addresses = targetNumbers(specs);
        List<OpenDisk> disks = new ArrayList<>();
        List<VhostUserServer> servers = new ArrayList<>();
        try {
            ScsiTargets targets = new ScsiTargets();
            for (DiskSpec spec : specs) {
                OpenDisk disk = OpenDisk.open(spec);
                disks.add(disk);
                targets.attach(addresses.get(disks.size() - 1), spec.lun(), disk.unit());
            }
            VhostUserOptions options =
                    new VhostUserOptions(
                            queues + CONTROL_AND_EVENT_QUEUE,
                            VhostUserOptions.MEMORY_SLOT_LIMIT,
                            loops(),
                            Polling.upTo(pollMaxNanos));
            DeviceGroup group = new DeviceGroup();
            for (Path socket : sockets) {
                InitiatorPort initiator =
                        new InitiatorPort(socket.toAbsolutePath().normalize().toString());
                servers.add(
                        listen(
                                socket,
                                new VirtioScsiDevice(targets, queues, initiator, group),
                                options));
            }
            logDisks(disks, addresses);
            return new DiskServer(new LiveDisks(targets, disks), servers);
        } catch (UsageException | RuntimeException | Error e) {
            servers.forEach(VhostUserServer::close);
            disks.forEach(OpenDisk::undo);
            throw e;
        }
    }

    /** Only once all is open: who mistyped an option reads one sentence, not a log. */
    private static void logDisks(List<OpenDisk> disks, List<Integer> targets) {
        for (int i = 0; i < disks.size(); i++) {
            OpenDisk disk = disks.get(i);
            LOG.info(
                    "target {} LUN {}: {}, cache mode {}",
                    targets.get(i),
                    disk.spec().lun(),
                    disk.backend().description(),
                    disk.spec().cacheMode());
        }
    }

    /** What the threads of queues wait in: the kernel's ring where there is one. */
    private static EventLoopProvider loops() {
        EventLoopProvider ring = new RingLoopProvider();
        Optional<String> unavailable = ring.unavailable();
        if (unavailable.isEmpty()) {
            return ring;
        }
        LOG.info("queues wait in epoll: {}", unavailable.get());
        return new EpollLoopProvider();
    }

    private static VhostUserServer listen(
            Path socket, VirtioScsiDevice device, VhostUserOptions options) throws UsageException {
        try {
            return VhostUserServer.listen(socket, device, options);
        } catch (VhostUserException e) {
            throw new UsageException("--socket: " + e.getMessage());
        }
    }

    /**
     * The target of each disk: the chosen ones, and for the others, in their order, the lowest that
     * no disk has.
     */
    static List<Integer> targetNumbers(List<DiskSpec> specs) throws UsageException {
        Set<Long> taken = new HashSet<>();
        Set<Integer> targets = new HashSet<>();
        for (DiskSpec spec : specs) {
            if (spec.target().isPresent()) {
                int target = spec.target().getAsInt();
                targets.add(target);
                if (!taken.add((long) target << Integer.SIZE | spec.lun())) {
                    throw new UsageException(
                            "--disk: target="
                                    + target
                                    + ",lun="
                                    + spec.lun()
                                    + " is given to two disks; give one another address.");
                }
            }
        }
        List<Integer> numbers = new ArrayList<>();
        int free = 0;
        for (DiskSpec spec : specs) {
            if (spec.target().isPresent()) {
                numbers.add(spec.target().getAsInt());
                continue;
            }
            while (targets.contains(free)) {
                free++;
            }
            if (free > DiskSpec.MAX_TARGET) {
                throw new UsageException(
                        "--disk: there are more disks than targets; put several on one target with target= and lun=.");
            }
            targets.add(free);
            numbers.add(free);
        }
        return numbers;
    }

    /** The counters of a disk's backend; disks count in the order they were given. */
    public BlockQueueStatistics statistics(int disk) {
        return disks.open().get(disk).backend().statistics();
    }

    /** The disks, which can be added to, removed and resized while they are served. */
    public LiveDisks disks() {
        return disks;
    }

    /**
     * Drains what is in flight, removes the sockets, flushes and closes every image.
     *
     * @throws BackendException if one of them failed; all are tried, and each failure is logged
     */
    @Override
    public void close() throws BackendException {
        servers.forEach(VhostUserServer::close);
        disks.close();
    }
}
