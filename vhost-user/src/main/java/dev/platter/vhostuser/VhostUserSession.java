package dev.platter.vhostuser;

import dev.platter.api.device.VirtioDevice;
import dev.platter.linux.LinuxException;
import dev.platter.linux.Readiness;
import dev.platter.linux.UnixSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One front-end's connection, from its first message to its end: performs its requests and answers
 * them. One thread makes all calls; the queues run on threads of their own.
 */
final class VhostUserSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VhostUserSession.class);

    /** How long a front-end may leave a reply unread before it is taken for dead. */
    private static final long SEND_TIMEOUT_MILLIS = 10_000;

    private static final long ACKNOWLEDGED = 0;
    private static final long REFUSED = 1;

    private final UnixSocket connection;
    private final VirtioDevice device;
    private final int maxMemorySlots;
    private final MessageReader reader;
    private final MessageWriter writer;
    private final VringSet vrings;
    private final MemoryRequests memory;
    private final VringRequests rings;
    private long protocolFeatures;

    /** Takes the connection over. */
    VhostUserSession(UnixSocket connection, VirtioDevice device, VhostUserOptions options) {
        this.connection = connection;
        this.device = device;
        maxMemorySlots = options.maxMemorySlots();
        reader = new MessageReader(connection);
        writer = new MessageWriter(connection);
        vrings =
                new VringSet(
                        device,
                        Math.min(options.maxQueues(), device.queueCount()),
                        options.loops(),
                        options.polling());
        memory = new MemoryRequests(vrings, maxMemorySlots);
        rings = new VringRequests(vrings);
    }

    /** Prepares the connection. */
    void open() throws LinuxException {
        connection.setTimeouts(0, SEND_TIMEOUT_MILLIS);
    }

    /** The connection's descriptor, to wait for something to {@link #receive}. */
    int fd() {
        return connection.fd();
    }

    /** Whether the front-end has sent something, or is gone. */
    boolean isReadable() throws LinuxException {
        return connection.awaitReadable(0) == Readiness.READY;
    }

    /**
     * Receives once from the readable connection and performs a request that is whole.
     *
     * @return false when the session is over, and to be closed
     */
    boolean receive() {
        try (VhostUserMessage message = reader.read()) {
            if (message != null) {
                perform(message);
            }
            if (reader.ended()) {
                LOG.info("the front-end has closed the connection");
            }
            return !reader.ended();
        } catch (ProtocolViolationException e) {
            LOG.warn("closing the connection to the front-end: {}", e.getMessage());
        } catch (LinuxException e) {
            LOG.warn("the connection to the front-end failed: {}", e.getMessage());
        } catch (RuntimeException | Error bug) {
            // An Error too: touching memory whose backing a front-end took away is one.
            LOG.error("closing the connection to the front-end", bug);
        }
        return false;
    }

    private void perform(VhostUserMessage message)
            throws ProtocolViolationException, LinuxException {
        message.checkFlags();
        VhostUserRequest request = VhostUserRequest.numbered(message.request());
        if (request == null) {
            LOG.debug("not known here: {}", VhostUserMessage.name(message.request()));
            acknowledge(message, REFUSED);
            return;
        }
        message.check(request);
        try {
            perform(request, message);
        } catch (RequestRefusedException e) {
            refuse(request, message, e);
            return;
        }
        if (!request.ownReply()) {
            acknowledge(message, ACKNOWLEDGED);
        }
    }

    private void refuse(
            VhostUserRequest request, VhostUserMessage message, RequestRefusedException reason)
            throws ProtocolViolationException, LinuxException {
        if (request.ownReply() || !acknowledges(message)) {
            throw new ProtocolViolationException(request + ": " + reason.getMessage());
        }
        LOG.warn("refusing {}: {}", request, reason.getMessage());
        acknowledge(message, REFUSED);
    }

    private boolean acknowledges(VhostUserMessage message) {
        return message.needsReply() && (protocolFeatures & ProtocolFeatures.REPLY_ACK) != 0;
    }

    private void acknowledge(VhostUserMessage message, long value) throws LinuxException {
        if (acknowledges(message)) {
            writer.reply(message.request(), value);
        }
    }

    private void perform(VhostUserRequest request, VhostUserMessage message)
            throws ProtocolViolationException, RequestRefusedException, LinuxException {
        switch (request) {
            case GET_FEATURES -> reply(request, offeredFeatures());
            case SET_FEATURES -> setFeatures(message.value());
            case GET_PROTOCOL_FEATURES -> reply(request, ProtocolFeatures.OFFERED);
            case SET_PROTOCOL_FEATURES -> setProtocolFeatures(message.value());
            case GET_QUEUE_NUM -> reply(request, vrings.count());
            case GET_MAX_MEM_SLOTS -> reply(request, maxMemorySlots);
            // One connection, one owner: there is nothing to take or to give back. The latter is
            // deprecated, and front-ends that send it mean different things.
            case SET_OWNER, RESET_OWNER -> {}
            case RESET_DEVICE -> resetDevice();
            case SET_MEM_TABLE -> memory.setTable(message);
            case ADD_MEM_REG -> memory.add(message);
            case REM_MEM_REG -> memory.remove(message);
            case SET_LOG_BASE -> setLogBase(message);
            case SET_VRING_NUM -> rings.setSize(VringState.of(message.payload()));
            case SET_VRING_BASE -> rings.setBase(VringState.of(message.payload()));
            case GET_VRING_BASE ->
                    writer.reply(request.number(), rings.stop(VringState.of(message.payload())));
            case SET_VRING_ENABLE -> rings.enable(VringState.of(message.payload()));
            case SET_VRING_ADDR -> rings.setAddresses(VringAddresses.of(message.payload()));
            case SET_VRING_KICK -> rings.setKick(message);
            case SET_VRING_CALL -> rings.setCall(message);
            case SET_VRING_ERR -> rings.setError(message);
        }
    }

    private void reply(VhostUserRequest request, long value) throws LinuxException {
        writer.reply(request.number(), value);
    }

    private long offeredFeatures() {
        return TransportFeatures.offered(device.features());
    }

    private void setFeatures(long features) throws RequestRefusedException {
        long unsupported = TransportFeatures.unsupported(features, offeredFeatures());
        if (unsupported != 0) {
            throw new RequestRefusedException(
                    "feature bits 0x%x were not offered".formatted(unsupported));
        }
        vrings.setFeatures(features);
    }

    private void setProtocolFeatures(long features) throws RequestRefusedException {
        if ((features & ~ProtocolFeatures.OFFERED) != 0) {
            throw new RequestRefusedException(
                    "protocol feature bits 0x%x were not offered"
                            .formatted(features & ~ProtocolFeatures.OFFERED));
        }
        protocolFeatures = features;
    }

    private void setLogBase(VhostUserMessage message)
            throws ProtocolViolationException, RequestRefusedException, LinuxException {
        if ((protocolFeatures & ProtocolFeatures.LOG_SHMFD) == 0) {
            throw new RequestRefusedException("LOG_SHMFD was not negotiated");
        }
        memory.setLog(message);
        reply(VhostUserRequest.SET_LOG_BASE, ACKNOWLEDGED);
    }

    private void resetDevice() {
        vrings.reset();
        device.reset();
    }

    /** Drains and stops all queues, unmaps the memory, and closes the connection. */
    @Override
    public void close() {
        vrings.close();
        reader.close();
        connection.close();
    }
}
