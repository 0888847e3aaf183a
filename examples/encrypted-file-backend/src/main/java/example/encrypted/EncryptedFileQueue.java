package example.encrypted;

import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.CompletionHandler;
import dev.platter.api.block.Errno;
import dev.platter.api.block.IoFlags;
import dev.platter.api.memory.IoVector;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Requests that are carried out inside {@link #poll}, one after the other. */
final class EncryptedFileQueue implements BlockQueue {
    /** How many requests one poll carries out at most. */
    private static final int BATCH = 8;

    private final EncryptedFileBackend backend;
    private final SectorCipher cipher;
    private final int capacity;
    private final Deque<Request> requests = new ArrayDeque<>();

    /** A request: what to do when its turn comes. */
    private record Request(long tag, Call call) {}

    @FunctionalInterface
    private interface Call {
        int run() throws IOException;
    }

    EncryptedFileQueue(EncryptedFileBackend backend, SectorCipher cipher, int capacity) {
        this.backend = backend;
        this.cipher = cipher;
        this.capacity = capacity;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public int inFlight() {
        return requests.size();
    }

    private boolean submit(long tag, Call call) {
        return requests.size() < capacity && requests.add(new Request(tag, call));
    }

    @Override
    public boolean readv(long tag, long offsetBytes, IoVector target) {
        return submit(
                tag,
                () -> {
                    long length = target.lengthBytes();
                    return invalid(offsetBytes, length) ? -Errno.EINVAL : read(offsetBytes, target);
                });
    }

    @Override
    public boolean writev(long tag, long offsetBytes, IoVector source, int flags) {
        return submit(
                tag,
                () -> {
                    long length = source.lengthBytes();
                    int refused = refused(offsetBytes, length, flags);
                    if (refused < 0) {
                        return refused;
                    }
                    byte[] data = new byte[(int) length];
                    source.copyTo(0, MemorySegment.ofArray(data), 0, length);
                    cipher.encrypt(data, offsetBytes / SectorCipher.SECTOR_BYTES);
                    return change(offsetBytes, data, (int) length, flags);
                });
    }

    @Override
    public boolean flush(long tag) {
        return submit(tag, () -> backend.readOnly() ? 0 : backend.sync());
    }

    @Override
    public boolean writeZeroes(long tag, long offsetBytes, long lengthBytes, int flags) {
        return submit(
                tag,
                () -> {
                    int refused = refused(offsetBytes, lengthBytes, flags);
                    return refused < 0
                            ? refused
                            : change(offsetBytes, new byte[(int) lengthBytes], 0, flags);
                });
    }

    /** Not offered: it succeeds and does nothing, which is as durable as it can be. */
    @Override
    public boolean discard(long tag, long offsetBytes, long lengthBytes, int flags) {
        return submit(tag, () -> refused(offsetBytes, lengthBytes, flags));
    }

    private boolean invalid(long offset, long length) {
        boolean whole = ((offset | length) & (SectorCipher.SECTOR_BYTES - 1)) == 0;
        return offset < 0 || length < 0 || !whole || offset > backend.sizeBytes() - length;
    }

    /** What a request that would change the disk is answered at once, or 0 if it may go on. */
    private int refused(long offset, long length, int flags) {
        if (invalid(offset, length)) {
            return -Errno.EINVAL;
        }
        if (backend.readOnly()) {
            return -Errno.EROFS;
        }
        return (flags & IoFlags.FUA) != 0 && backend.failed() ? -Errno.EIO : 0;
    }

    private int read(long offset, IoVector target) throws IOException {
        byte[] data = new byte[(int) target.lengthBytes()];
        ByteBuffer buffer = ByteBuffer.wrap(data);
        while (buffer.hasRemaining()) {
            if (backend.channel().read(buffer, offset + buffer.position()) < 0) {
                throw new EOFException();
            }
        }
        cipher.decrypt(data, offset / SectorCipher.SECTOR_BYTES);
        target.copyFrom(0, MemorySegment.ofArray(data), 0, data.length);
        return data.length;
    }

    private int change(long offset, byte[] data, int success, int flags) throws IOException {
        boolean durable = (flags & IoFlags.FUA) != 0;
        ByteBuffer buffer = ByteBuffer.wrap(data);
        try {
            while (buffer.hasRemaining()) {
                backend.channel().write(buffer, offset + buffer.position());
            }
        } catch (IOException failure) {
            if (durable) {
                backend.fail();
            }
            throw failure;
        }
        int synced = durable ? backend.sync() : 0;
        return synced < 0 ? synced : success;
    }

    @Override
    public int poll(CompletionHandler handler) {
        int delivered = 0;
        while (delivered < BATCH && !requests.isEmpty()) {
            Request request = requests.removeFirst();
            int result;
            try {
                result = request.call.run();
            } catch (IOException failure) {
                result = -Errno.EIO;
            }
            delivered++;
            handler.completed(request.tag, result);
        }
        return delivered;
    }

    /** None: the calls are made inside poll. */
    @Override
    public int completionFd() {
        return -1;
    }

    @Override
    public BlockQueueStatistics statistics() {
        return BlockQueueStatistics.ZERO;
    }

    @Override
    public void close() {
        if (!requests.isEmpty()) {
            throw new IllegalStateException(requests.size() + " requests are in flight");
        }
    }
}
