package dev.platter.driver;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device in another process, reached through a vhost-user socket. Sends what QEMU sends, in its
 * order: connect, start, stop and reset as its {@code hw/virtio/vhost.c} and {@code
 * vhost-user-scsi.c} have them.
 */
public final class VhostUserFrontEnd implements FrontEnd {
    private static final int STATE_BYTES = 8;
    private static final int ADDRESS_BYTES = 40;
    private static final int REGION_BYTES = 32;
    private static final int TABLE_HEADER_BYTES = 8;
    private static final int SLOT_PADDING_BYTES = 8;

    private final Path path;
    private final GuestMemory memory;
    private final VhostUserOptions options;
    private final Doorbell[] doorbells;
    private final List<MemoryRegion> toldRegions = new ArrayList<>();
    private VhostUserChannel channel;
    private long deviceFeatures;
    private long protocolFeatures;
    private @Nullable RingDriver[] rings = {};

    private VhostUserFrontEnd(Path path, GuestMemory memory, VhostUserOptions options)
            throws IOException {
        this.path = path;
        this.memory = memory;
        this.options = options;
        doorbells = new Doorbell[options.queueCount()];
        for (int i = 0; i < doorbells.length; i++) {
            doorbells[i] = Doorbell.create();
        }
        channel = VhostUserChannel.connect(path, options.replyTimeoutMillis());
    }

    /**
     * Connects to a back-end and negotiates the protocol.
     *
     * @param memory shared memory; stays the caller's
     * @throws IOException if nobody listens, or the back-end does not speak the protocol
     */
    public static VhostUserFrontEnd connect(Path path, GuestMemory memory, VhostUserOptions options)
            throws IOException {
        VhostUserFrontEnd frontEnd = new VhostUserFrontEnd(path, memory, options);
        try {
            frontEnd.negotiate();
        } catch (IOException e) {
            frontEnd.close();
            throw e;
        }
        return frontEnd;
    }

    private void negotiate() throws IOException {
        deviceFeatures = channel.requestU64(VhostUser.GET_FEATURES);
        protocolFeatures = 0;
        if ((deviceFeatures & VhostUser.F_PROTOCOL_FEATURES) != 0) {
            long offered = channel.requestU64(VhostUser.GET_PROTOCOL_FEATURES);
            protocolFeatures = offered & wantedProtocolFeatures();
            channel.sendU64(VhostUser.SET_PROTOCOL_FEATURES, protocolFeatures);
        }
        checkQueueCount();
        if (negotiated(VhostUser.PROTOCOL_CONFIGURE_MEM_SLOTS)) {
            channel.requestU64(VhostUser.GET_MAX_MEM_SLOTS);
        }
        channel.send(VhostUser.SET_OWNER, 0);
        deviceFeatures = channel.requestU64(VhostUser.GET_FEATURES);
        for (int i = 0; i < doorbells.length; i++) {
            sendEventFd(VhostUser.SET_VRING_CALL, i, doorbells[i].call().fd());
            sendEventFd(VhostUser.SET_VRING_ERR, i, doorbells[i].error().fd());
        }
    }

    private long wantedProtocolFeatures() {
        long always =
                VhostUser.PROTOCOL_MQ
                        | VhostUser.PROTOCOL_REPLY_ACK
                        | VhostUser.PROTOCOL_RESET_DEVICE;
        return always
                | (options.memorySlots() ? VhostUser.PROTOCOL_CONFIGURE_MEM_SLOTS : 0)
                | (options.config() ? VhostUser.PROTOCOL_CONFIG : 0);
    }

    private void checkQueueCount() throws IOException {
        long limit = 1;
        if (negotiated(VhostUser.PROTOCOL_MQ)) {
            limit = channel.requestU64(VhostUser.GET_QUEUE_NUM);
        }
        int requestQueues = doorbells.length - options.fixedQueues();
        if (limit < requestQueues) {
            throw new IOException("the back-end offers " + limit + " queues, not " + requestQueues);
        }
    }

    private boolean negotiated(long protocolFeature) {
        return (protocolFeatures & protocolFeature) != 0;
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public long deviceFeatures() {
        return deviceFeatures & ~VhostUser.F_PROTOCOL_FEATURES;
    }

    @Override
    public byte[] config(int lengthBytes) throws IOException {
        if (!negotiated(VhostUser.PROTOCOL_CONFIG)) {
            throw new IOException("the back-end does not tell its configuration space");
        }
        MemorySegment payload = channel.payload();
        int messageBytes = VhostUser.CONFIG_HEADER_BYTES + lengthBytes;
        payload.asSlice(0, messageBytes).fill((byte) 0);
        payload.set(Wire.U32, 4, lengthBytes);
        channel.request(VhostUser.GET_CONFIG, messageBytes, messageBytes);
        return payload.asSlice(VhostUser.CONFIG_HEADER_BYTES, lengthBytes).toArray(Wire.U8);
    }

    @Override
    public void start(long features, @Nullable RingDriver[] newRings) throws IOException {
        rings = newRings;
        long bits = features | (deviceFeatures & VhostUser.F_PROTOCOL_FEATURES);
        channel.sendU64(VhostUser.SET_FEATURES, bits);
        channel.sendU64(VhostUser.SET_FEATURES, bits);
        tellMemory(memory.regions());
        for (int i = 0; i < rings.length; i++) {
            if (rings[i] != null) {
                setUpRing(i, rings[i]);
            }
        }
        enableAll(true);
        for (int i = 0; i < doorbells.length; i++) {
            sendEventFd(VhostUser.SET_VRING_CALL, i, doorbells[i].call().fd());
        }
    }

    private void setUpRing(int index, RingDriver ring) throws IOException {
        sendState(VhostUser.SET_VRING_NUM, index, ring.sizeEntries());
        sendState(VhostUser.SET_VRING_BASE, index, ring.resumePosition());
        MemorySegment payload = channel.payload();
        payload.set(Wire.U32, 0, index);
        payload.set(Wire.U32, 4, 0);
        // User addresses of this process: the back-end translates them through the memory table.
        payload.set(Wire.U64, 8, ring.descriptorArea().segment().address());
        payload.set(Wire.U64, 16, ring.deviceArea().segment().address());
        payload.set(Wire.U64, 24, ring.driverArea().segment().address());
        payload.set(Wire.U64, 32, 0L);
        channel.send(VhostUser.SET_VRING_ADDR, ADDRESS_BYTES);
        sendEventFd(VhostUser.SET_VRING_KICK, index, doorbells[index].kick().fd());
    }

    private void enableAll(boolean enable) throws IOException {
        if ((deviceFeatures & VhostUser.F_PROTOCOL_FEATURES) == 0) {
            return;
        }
        for (int i = 0; i < doorbells.length; i++) {
            channel.payload().set(Wire.U32, 0, i);
            channel.payload().set(Wire.U32, 4, enable ? 1 : 0);
            sendAsDialect(VhostUser.SET_VRING_ENABLE, STATE_BYTES);
        }
    }

    private void sendState(int request, int index, int value) throws IOException {
        channel.payload().set(Wire.U32, 0, index);
        channel.payload().set(Wire.U32, 4, value);
        channel.send(request, STATE_BYTES);
    }

    private void sendEventFd(int request, int index, int fd) throws IOException {
        channel.payload().set(Wire.U64, 0, index);
        sendAsDialect(request, Long.BYTES, fd);
    }

    private void sendAsDialect(int request, int payloadBytes, int... fds) throws IOException {
        if (options.dialect() == VhostUserOptions.Dialect.QEMU_10) {
            sendAcknowledged(request, payloadBytes, fds);
        } else {
            channel.send(request, payloadBytes, fds);
        }
    }

    private void sendAcknowledged(int request, int payloadBytes, int... fds) throws IOException {
        if (negotiated(VhostUser.PROTOCOL_REPLY_ACK)) {
            channel.sendAcknowledged(request, payloadBytes, fds);
        } else {
            channel.send(request, payloadBytes, fds);
        }
    }

    private void tellMemory(List<MemoryRegion> regions) throws IOException {
        if (!negotiated(VhostUser.PROTOCOL_CONFIGURE_MEM_SLOTS)) {
            sendTable(regions);
            return;
        }
        for (MemoryRegion gone : List.copyOf(toldRegions)) {
            if (!regions.contains(gone)) {
                sendSlot(VhostUser.REM_MEM_REG, gone);
                toldRegions.remove(gone);
            }
        }
        for (MemoryRegion region : regions) {
            if (!toldRegions.contains(region)) {
                sendSlot(VhostUser.ADD_MEM_REG, region, region.fd());
                toldRegions.add(region);
            }
        }
    }

    private void sendSlot(int request, MemoryRegion region, int... fds) throws IOException {
        channel.payload().set(Wire.U64, 0, 0L);
        putRegion(SLOT_PADDING_BYTES, region);
        sendAcknowledged(request, SLOT_PADDING_BYTES + REGION_BYTES, fds);
    }

    private void sendTable(List<MemoryRegion> regions) throws IOException {
        if (regions.size() > VhostUser.MAX_TABLE_REGIONS) {
            throw new IOException("a memory table holds 8 regions, not " + regions.size());
        }
        channel.payload().set(Wire.U32, 0, regions.size());
        channel.payload().set(Wire.U32, 4, 0);
        int[] fds = new int[regions.size()];
        for (int i = 0; i < fds.length; i++) {
            putRegion(TABLE_HEADER_BYTES + i * REGION_BYTES, regions.get(i));
            fds[i] = regions.get(i).fd();
        }
        sendAcknowledged(
                VhostUser.SET_MEM_TABLE, TABLE_HEADER_BYTES + fds.length * REGION_BYTES, fds);
    }

    private void putRegion(int offset, MemoryRegion region) {
        MemorySegment payload = channel.payload();
        payload.set(Wire.U64, offset, region.guestAddress());
        payload.set(Wire.U64, offset + 8L, region.sizeBytes());
        payload.set(Wire.U64, offset + 16L, region.segment().address());
        payload.set(Wire.U64, offset + 24L, 0L);
    }

    @Override
    public void kick(int queue) {
        doorbells[queue].kick().signal();
    }

    @Override
    public boolean awaitCall(int queue, long timeoutNanos) {
        return doorbells[queue].awaitCall(timeoutNanos);
    }

    @Override
    public void stop() throws IOException {
        if (rings.length == 0) {
            return;
        }
        enableAll(false);
        for (int i = 0; i < rings.length; i++) {
            if (rings[i] != null) {
                channel.payload().set(Wire.U32, 0, i);
                channel.payload().set(Wire.U32, 4, 0);
                channel.request(VhostUser.GET_VRING_BASE, STATE_BYTES, STATE_BYTES);
                rings[i].resumePosition(channel.payload().get(Wire.U32, 4));
            }
        }
        rings = new RingDriver[0];
    }

    @Override
    public void reset() throws IOException {
        stop();
        if (negotiated(VhostUser.PROTOCOL_RESET_DEVICE)) {
            channel.send(VhostUser.RESET_DEVICE, 0);
            // RESET_DEVICE has no reply: a request behind it answers when it is done.
            channel.requestU64(VhostUser.GET_FEATURES);
        }
    }

    /**
     * Drops the connection without a word, as a front-end that dies does, and connects anew. Rings
     * that ran go on, when started again, at what the device has used.
     */
    public void reconnect() throws IOException {
        channel.close();
        for (RingDriver ring : rings) {
            if (ring != null) {
                ring.resumePosition(ring.usedPosition());
            }
        }
        rings = new RingDriver[0];
        toldRegions.clear();
        channel = VhostUserChannel.connect(path, options.replyTimeoutMillis());
        negotiate();
    }

    @Override
    public MemoryRegion addMemory(long guestAddress, long sizeBytes) throws IOException {
        MemoryRegion region = memory.addRegion(guestAddress, sizeBytes);
        tellIfRunning(memory.regions());
        return region;
    }

    @Override
    public void removeMemory(MemoryRegion region) throws IOException {
        List<MemoryRegion> remaining = new ArrayList<>(memory.regions());
        remaining.remove(region);
        tellIfRunning(remaining);
        memory.removeRegion(region);
    }

    /** A back-end whose queues are stopped learns of the memory when they start. */
    private void tellIfRunning(List<MemoryRegion> regions) throws IOException {
        if (rings.length > 0) {
            tellMemory(regions);
        }
    }

    @Override
    public boolean broken(int queue) {
        return doorbells[queue].erred();
    }

    @Override
    public void close() throws IOException {
        try {
            stop();
        } finally {
            channel.close();
            for (Doorbell doorbell : doorbells) {
                doorbell.close();
            }
        }
    }
}
