package dev.platter.it.device;

import dev.platter.api.device.EventLoopProvider;
import dev.platter.api.device.VirtioDevice;
import dev.platter.backend.uring.RingLoopProvider;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.FrontEnd;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.InProcessFrontEnd;
import dev.platter.driver.VhostUserFrontEnd;
import dev.platter.driver.VhostUserOptions;
import dev.platter.driver.VirtioFeatures;
import dev.platter.loop.EpollLoopProvider;
import dev.platter.vhostuser.VhostUserServer;
import java.io.IOException;
import java.nio.file.Path;

/** How a test's driver reaches the device. */
enum Attachment {
    /** In this process, each queue on a thread of its own. */
    IN_PROCESS,

    /** In this process, all queues on the thread of the test. */
    IN_PROCESS_ON_ONE_THREAD,

    /** Over the socket, with the habits of QEMU 7.2. */
    SOCKET,

    /** Over the socket, with packed rings. */
    SOCKET_PACKED,

    /** Over the socket, with the habits of QEMU 10 and whole memory tables. */
    SOCKET_WITH_ACKNOWLEDGEMENTS,

    /** Over the socket, each queue's thread waiting in a ring that its disks share. */
    SOCKET_IN_RING;

    boolean overSocket() {
        return this == SOCKET
                || this == SOCKET_PACKED
                || this == SOCKET_WITH_ACKNOWLEDGEMENTS
                || this == SOCKET_IN_RING;
    }

    /** The backend that goes with it, where a test names no other. */
    String backend() {
        return this == SOCKET_IN_RING ? "uring" : "posix";
    }

    boolean packed() {
        return this == SOCKET_PACKED;
    }

    /** A driver's options, for rings of this attachment's layout. */
    DriverOptions options(DriverOptions options) {
        return packed()
                ? options.withFeatures(options.features() | VirtioFeatures.RING_PACKED)
                : options;
    }

    /** A running attachment; closed in the order front-end, server. */
    record Attached(FrontEnd frontEnd, AutoCloseable server) {}

    Attached attach(VirtioDevice device, GuestMemory memory, Path socket) throws Exception {
        int requestQueues = device.queueCount() - 2;
        VhostUserOptions options = VhostUserOptions.forRequestQueues(requestQueues);
        return switch (this) {
            case IN_PROCESS -> new Attached(InProcessFrontEnd.threaded(device, memory), () -> {});
            case IN_PROCESS_ON_ONE_THREAD ->
                    new Attached(InProcessFrontEnd.inline(device, memory), () -> {});
            case SOCKET, SOCKET_PACKED ->
                    overSocket(device, memory, socket, options, new EpollLoopProvider());
            case SOCKET_IN_RING ->
                    overSocket(device, memory, socket, options, new RingLoopProvider());
            case SOCKET_WITH_ACKNOWLEDGEMENTS ->
                    overSocket(
                            device,
                            memory,
                            socket,
                            options.withDialect(VhostUserOptions.Dialect.QEMU_10)
                                    .withMemorySlots(false),
                            new EpollLoopProvider());
        };
    }

    private static Attached overSocket(
            VirtioDevice device,
            GuestMemory memory,
            Path socket,
            VhostUserOptions options,
            EventLoopProvider loops)
            throws Exception {
        VhostUserServer server =
                VhostUserServer.listen(
                        socket,
                        device,
                        new dev.platter.vhostuser.VhostUserOptions(
                                dev.platter.vhostuser.VhostUserOptions.QUEUE_LIMIT,
                                dev.platter.vhostuser.VhostUserOptions.MEMORY_SLOT_LIMIT,
                                loops));
        try {
            return new Attached(VhostUserFrontEnd.connect(socket, memory, options), server);
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }
}
