package dev.platter.guest;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The byte stream to the guest's virtio-serial port: a Unix socket we listen on and QEMU connects
 * to. Every wait has a deadline and asks the watch some times a second whether waiting still makes
 * sense. One thread at a time.
 */
final class GuestLink implements AutoCloseable {
    /** Asked while waiting; throws when there is nothing left to wait for. */
    interface Watch {
        void check() throws IOException;
    }

    private static final long SLICE_MILLIS = 200;
    private static final int LONGEST_LINE_BYTES = 4096;

    private final Selector selector;
    private final ServerSocketChannel listener;
    private final Watch watch;
    private final ByteBuffer received = ByteBuffer.allocate(1 << 16).limit(0);
    private @Nullable SocketChannel channel;
    private SelectionKey key;

    GuestLink(Path socket, Watch watch) throws IOException {
        this.watch = watch;
        selector = Selector.open();
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        listener.configureBlocking(false);
        key = listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    void accept(Deadline deadline) throws IOException, TimeoutException {
        await(SelectionKey.OP_ACCEPT, deadline);
        SocketChannel accepted = listener.accept();
        listener.close();
        accepted.configureBlocking(false);
        key = accepted.register(selector, SelectionKey.OP_READ);
        channel = accepted;
    }

    void writeLine(String line, Deadline deadline) throws IOException, TimeoutException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
        while (bytes.hasRemaining()) {
            if (channel().write(bytes) == 0) {
                await(SelectionKey.OP_WRITE, deadline);
            }
        }
    }

    String readLine(Deadline deadline) throws IOException, TimeoutException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (byte next = readByte(deadline); next != '\n'; next = readByte(deadline)) {
            line.write(next);
            if (line.size() > LONGEST_LINE_BYTES) {
                throw new IOException("the guest's answer is not a line: " + line);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    byte[] readBytes(int count, Deadline deadline) throws IOException, TimeoutException {
        byte[] bytes = new byte[count];
        int filled = 0;
        while (filled < count) {
            fill(deadline);
            int part = Math.min(count - filled, received.remaining());
            received.get(bytes, filled, part);
            filled += part;
        }
        return bytes;
    }

    private SocketChannel channel() {
        return Objects.requireNonNull(channel, "nothing has connected yet");
    }

    private byte readByte(Deadline deadline) throws IOException, TimeoutException {
        fill(deadline);
        return received.get();
    }

    /** Afterwards there is at least one byte to take. */
    private void fill(Deadline deadline) throws IOException, TimeoutException {
        while (!received.hasRemaining()) {
            received.clear();
            int count = channel().read(received);
            received.flip();
            if (count < 0) {
                watch.check();
                throw new EOFException("QEMU or the guest in it ended");
            }
            if (count == 0) {
                await(SelectionKey.OP_READ, deadline);
            }
        }
    }

    private void await(int operation, Deadline deadline) throws IOException, TimeoutException {
        key.interestOps(operation);
        while (selector.select(deadline.sliceMillis(SLICE_MILLIS)) == 0) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while waiting for the guest");
            }
            watch.check();
            if (deadline.expired()) {
                throw new TimeoutException();
            }
        }
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        if (channel != null) {
            channel.close();
        }
        selector.close();
    }
}
