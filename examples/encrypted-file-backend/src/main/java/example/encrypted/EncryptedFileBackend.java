package example.encrypted;

import dev.platter.api.block.BackendException;
import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.BlockLimits;
import dev.platter.api.block.BlockQueue;
import dev.platter.api.block.BlockQueueStatistics;
import dev.platter.api.block.Errno;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A disk in a file, each sector encrypted by itself. */
public final class EncryptedFileBackend implements BlockBackend {
    private static final int MAX_TRANSFER_BYTES = 1 << 20;
    private static final BlockLimits LIMITS =
            new BlockLimits(
                    SectorCipher.SECTOR_BYTES,
                    MAX_TRANSFER_BYTES,
                    SectorCipher.SECTOR_BYTES,
                    0,
                    0,
                    MAX_TRANSFER_BYTES,
                    false);

    private final Path file;
    private final FileChannel channel;
    private final byte[] key;
    private final boolean readOnly;
    private final long sizeBytes;
    private boolean failed;

    private EncryptedFileBackend(Path file, FileChannel channel, byte[] key, boolean readOnly)
            throws IOException {
        this.file = file;
        this.channel = channel;
        this.key = key.clone();
        this.readOnly = readOnly;
        sizeBytes = channel.size() / SectorCipher.SECTOR_BYTES * SectorCipher.SECTOR_BYTES;
    }

    /**
     * Opens an existing image.
     *
     * @param key 64 bytes
     * @throws BackendException if there is no such file, or it cannot be opened
     */
    public static EncryptedFileBackend open(Path file, byte[] key, boolean readOnly)
            throws BackendException {
        try {
            FileChannel channel =
                    readOnly
                            ? FileChannel.open(file, StandardOpenOption.READ)
                            : FileChannel.open(
                                    file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new EncryptedFileBackend(file, channel, key, readOnly);
        } catch (IOException failure) {
            throw new BackendException("cannot open " + file + ": " + failure.getMessage());
        }
    }

    FileChannel channel() {
        return channel;
    }

    /** Whether a promise was broken; then no more are made until the image is opened again. */
    synchronized boolean failed() {
        return failed;
    }

    synchronized void fail() {
        failed = true;
    }

    /**
     * Makes durable whatever was written. One at a time: the host tells of a lost write once, and
     * whoever synchronised together with the one that was told must not think that all is well.
     */
    synchronized int sync() {
        if (failed) {
            return -Errno.EIO;
        }
        try {
            channel.force(false);
            return 0;
        } catch (IOException failure) {
            failed = true;
            return -Errno.EIO;
        }
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public BlockLimits limits() {
        return LIMITS;
    }

    @Override
    public String description() {
        return file + ", AES-XTS, durable by fdatasync";
    }

    @Override
    public BlockQueue openQueue(int capacity) {
        return new EncryptedFileQueue(this, new SectorCipher(key), capacity);
    }

    @Override
    public BlockQueueStatistics statistics() {
        return BlockQueueStatistics.ZERO;
    }

    @Override
    public void close() throws BackendException {
        try {
            channel.close();
        } catch (IOException failure) {
            throw new BackendException("cannot close " + file + ": " + failure.getMessage());
        }
    }
}
