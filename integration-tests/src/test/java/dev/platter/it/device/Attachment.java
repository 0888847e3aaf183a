package dev.platter.it.device;

import dev.platter.api.device.VirtioDevice;
import dev.platter.driver.DriverOptions;
import dev.platter.driver.FrontEnd;
import dev.platter.driver.GuestMemory;
import dev.platter.driver.InProcessFrontEnd;
import dev.platter.driver.VhostUserFrontEnd;
import dev.platter.driver.VhostUserOptions;
import dev.platter.driver.VirtioFeatures;
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
    SOCKET_WITH_ACKNOWLEDGEMENTS;

    boolean overSocket() {
        return this == SOCKET || this == SOCKET_PACKED || this == SOCKET_WITH_ACKNOWLEDGEMENTS;
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
            case SOCKET, SOCKET_PACKED -> overSocket(device, memory, socket, options);
            case SOCKET_WITH_ACKNOWLEDGEMENTS ->
                    overSocket(
                            device,
                            memory,
                            socket,
                            options.withDialect(VhostUserOptions.Dialect.QEMU_10)
                                    .withMemorySlots(false));
        };
    }

    private static Attached overSocket(
            VirtioDevice device, GuestMemory memory, Path socket, VhostUserOptions options)
            throws Exception {
        VhostUserServer server =
                VhostUserServer.listen(
                        socket, device, dev.platter.vhostuser.VhostUserOptions.defaults());
        try {
            return new Attached(VhostUserFrontEnd.connect(socket, memory, options), server);
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }
}
