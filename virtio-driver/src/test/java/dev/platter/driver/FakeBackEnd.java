package dev.platter.driver;

import dev.platter.linux.Descriptors;
import dev.platter.linux.EventFd;
import dev.platter.linux.LinuxException;
import dev.platter.linux.MappedFile;
import dev.platter.linux.Memory;
import dev.platter.linux.ReceivedDescriptors;
import dev.platter.linux.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A vhost-user back-end that answers by a fixed script and writes down every message in a line. It
 * keeps the eventfds it was sent and maps the memory, and runs no queue.
 */
final class FakeBackEnd implements AutoCloseable {
    private static final Map<Integer, String> NAMES = names();

    final List<String> messages = Collections.synchronizedList(new ArrayList<>());
    final Map<String, EventFd> eventFds = new ConcurrentHashMap<>();
    final Map<Long, MappedFile> regions = new ConcurrentHashMap<>();
    final Map<Integer, Integer> bases = new ConcurrentHashMap<>();
    volatile long features;
    volatile long protocolFeatures;
    volatile long queueLimit = 64;
    volatile long refusedRequest = -1;
    private final UnixSocket listener;
    private final EventFd stop;
    private final Thread thread;

    FakeBackEnd(Path path, long features, long protocolFeatures) throws LinuxException {
        this.features = features;
        this.protocolFeatures = protocolFeatures;
        listener = UnixSocket.listen(path, 1);
        stop = EventFd.create();
        thread = new Thread(this::serve, "fake-back-end");
        thread.start();
    }

    private static Map<Integer, String> names() {
        Map<Integer, String> names = new HashMap<>();
        names.put(1, "GET_FEATURES");
        names.put(2, "SET_FEATURES");
        names.put(3, "SET_OWNER");
        names.put(5, "SET_MEM_TABLE");
        names.put(8, "SET_VRING_NUM");
        names.put(9, "SET_VRING_ADDR");
        names.put(10, "SET_VRING_BASE");
        names.put(11, "GET_VRING_BASE");
        names.put(12, "SET_VRING_KICK");
        names.put(13, "SET_VRING_CALL");
        names.put(14, "SET_VRING_ERR");
        names.put(15, "GET_PROTOCOL_FEATURES");
        names.put(16, "SET_PROTOCOL_FEATURES");
        names.put(17, "GET_QUEUE_NUM");
        names.put(18, "SET_VRING_ENABLE");
        names.put(34, "RESET_DEVICE");
        names.put(36, "GET_MAX_MEM_SLOTS");
        names.put(37, "ADD_MEM_REG");
        names.put(38, "REM_MEM_REG");
        return names;
    }

    private void serve() {
        try (Arena arena = Arena.ofConfined()) {
            for (UnixSocket peer = listener.accept(stop.fd());
                    peer != null;
                    peer = listener.accept(stop.fd())) {
                serve(peer, arena.allocate(8192, 8));
                peer.close();
            }
        } catch (LinuxException e) {
            messages.add("failed: " + e.getMessage());
        }
    }

    private void serve(UnixSocket peer, MemorySegment buffer) throws LinuxException {
        try (ReceivedDescriptors fds = new ReceivedDescriptors(8)) {
            while (peer.receiveFully(buffer, 12, fds) == 12) {
                int size = buffer.get(Wire.U32, 8);
                MemorySegment payload = buffer.asSlice(12);
                List<Integer> taken = new ArrayList<>();
                for (int i = 0; i < fds.count(); i++) {
                    taken.add(fds.take(i));
                }
                if (size > 0 && peer.receiveFully(payload, size, fds) != size) {
                    return;
                }
                handle(peer, buffer, payload, size, taken);
            }
        }
    }

    private void handle(
            UnixSocket peer,
            MemorySegment buffer,
            MemorySegment payload,
            int size,
            List<Integer> fds)
            throws LinuxException {
        int request = buffer.get(Wire.U32, 0);
        boolean needReply = (buffer.get(Wire.U32, 4) & 8) != 0;
        messages.add(line(request, payload, size, fds, needReply));
        keep(request, payload, fds);
        long value =
                switch (request) {
                    case 1 -> features;
                    case 15 -> protocolFeatures;
                    case 17 -> queueLimit;
                    case 36 -> 32;
                    default -> request == refusedRequest ? 1 : 0;
                };
        boolean hasReply = request == 1 || request == 15 || request == 17 || request == 36;
        if (request == 11) {
            int index = payload.get(Wire.U32, 0);
            payload.set(Wire.U32, 4, bases.getOrDefault(index, 0));
            reply(peer, buffer, 8);
        } else if (hasReply || needReply) {
            payload.set(Wire.U64, 0, value);
            reply(peer, buffer, 8);
        }
    }

    private static void reply(UnixSocket peer, MemorySegment buffer, int size) {
        buffer.set(Wire.U32, 4, 5);
        buffer.set(Wire.U32, 8, size);
        peer.send(buffer, 12L + size);
    }

    private static String line(
            int request, MemorySegment payload, int size, List<Integer> fds, boolean needReply) {
        StringBuilder line = new StringBuilder(NAMES.getOrDefault(request, "?" + request));
        switch (request) {
            case 2, 16 -> line.append(" 0x").append(Long.toHexString(payload.get(Wire.U64, 0)));
            case 8, 10, 18 ->
                    line.append(' ')
                            .append(payload.get(Wire.U32, 0))
                            .append(' ')
                            .append(payload.get(Wire.U32, 4));
            case 5, 9, 11 -> line.append(' ').append(payload.get(Wire.U32, 0));
            case 12, 13, 14 -> line.append(' ').append(payload.get(Wire.U64, 0));
            case 37, 38 -> line.append(" 0x").append(Long.toHexString(payload.get(Wire.U64, 8)));
            default -> line.append(size == 0 ? "" : " " + size + " bytes");
        }
        if (!fds.isEmpty()) {
            line.append(" +").append(fds.size()).append("fd");
        }
        return line.append(needReply ? " ack" : "").toString();
    }

    private void keep(int request, MemorySegment payload, List<Integer> fds) throws LinuxException {
        if (request == 37) {
            map(payload, 8, fds.getFirst());
        } else if (request == 5) {
            for (int i = 0; i < fds.size(); i++) {
                map(payload, 8 + 32L * i, fds.get(i));
            }
        } else if (request >= 12 && request <= 14 && !fds.isEmpty()) {
            String key = NAMES.get(request) + " " + payload.get(Wire.U64, 0);
            eventFds.put(key, EventFd.adopt(fds.getFirst()));
        }
    }

    private void map(MemorySegment payload, long at, int fd) throws LinuxException {
        long size = payload.get(Wire.U64, at + 8);
        long offset = payload.get(Wire.U64, at + 24);
        regions.put(payload.get(Wire.U64, at), Memory.map(fd, offset, size, true));
        Descriptors.close(fd);
    }

    /** What was written down since the last time; waits for nothing. */
    List<String> take() {
        synchronized (messages) {
            List<String> taken = List.copyOf(messages);
            messages.clear();
            return taken;
        }
    }

    private void joinThread() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop.signal();
        listener.shutdown();
        joinThread();
        listener.close();
        stop.close();
        eventFds.values().forEach(EventFd::close);
        regions.values().forEach(MappedFile::close);
    }
}
