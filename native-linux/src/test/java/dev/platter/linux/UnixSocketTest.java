package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
    @TempDir Path directory;

    @Test
    void onlyTheOwnerMayConnect() throws Exception {
        Path path = directory.resolve("s");
        try (UnixSocket listening = UnixSocket.listen(path, 1)) {
            assertThat(listening.fd()).isNotNegative();
            assertThat(Files.getPosixFilePermissions(path))
                    .isEqualTo(
                            EnumSet.of(
                                    PosixFilePermission.OWNER_READ,
                                    PosixFilePermission.OWNER_WRITE));
        }
    }

    @Test
    void bytesGoBothWaysThroughAnAcceptedConnection() throws Exception {
        Path path = directory.resolve("s");
        try (UnixSocket listening = UnixSocket.listen(path, 1);
                UnixSocket client = UnixSocket.connect(path);
                UnixSocket server = listening.accept(-1);
                Arena arena = Arena.ofConfined()) {
            ReceivedDescriptors none = new ReceivedDescriptors(0);
            MemorySegment word = arena.allocateFrom("hello");
            MemorySegment in = arena.allocate(16);

            assertThat(client.send(word, 6)).isEqualTo(6);
            assertThat(server.receive(in, 16, none)).isEqualTo(6);
            assertThat(in.getString(0)).isEqualTo("hello");
            assertThat(server.send(word, 2)).isEqualTo(2);
            assertThat(client.receiveFully(in, 2, none)).isEqualTo(2);
            assertThat(server.peerCredentials().processId()).isEqualTo(Kernel.processId());
            assertThat(server.peerCredentials().userId())
                    .isEqualTo(Files.getAttribute(path, "unix:uid"));
        }
    }

    @Test
    void aWakeDescriptorEndsTheWaitForAConnection() throws Exception {
        try (UnixSocket listening = UnixSocket.listen(directory.resolve("s"), 1);
                EventFd wake = EventFd.create()) {
            Thread waker = Thread.ofPlatform().start(wake::signal);
            assertThat(listening.accept(wake.fd())).isNull();
            waker.join();
            assertThat(wake.drain()).isEqualTo(1);
            assertThat(listening.accept(wake.fd(), 3)).isNull();
        }
    }

    @Test
    void waitsTellHowTheyEnded() throws Exception {
        UnixSocket[] pair = UnixSocket.pair();
        try (EventFd wake = EventFd.create();
                Arena arena = Arena.ofConfined()) {
            assertThat(pair[0].awaitReadable(1)).isEqualTo(Readiness.TIMED_OUT);
            pair[1].send(arena.allocate(1), 1);
            assertThat(pair[0].awaitReadable(-1)).isEqualTo(Readiness.READY);
            wake.signal();
            assertThat(pair[0].awaitReadable(wake.fd(), -1)).isEqualTo(Readiness.WOKEN);
        }
        pair[0].close();
        pair[1].close();
    }

    @Test
    void shutdownByAnotherThreadEndsAReceive() throws Exception {
        UnixSocket[] pair = UnixSocket.pair();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment in = arena.allocate(8);
            Thread stopper = Thread.ofPlatform().start(pair[0]::shutdown);
            assertThat(pair[0].receive(in, 8, new ReceivedDescriptors(0))).isZero();
            stopper.join();
        }
        pair[0].close();
        pair[1].close();
    }

    @Test
    void theEndOfThePeerIsAShortReceiveAndABrokenPipe() throws Exception {
        UnixSocket[] pair = UnixSocket.pair();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(8);
            ReceivedDescriptors none = new ReceivedDescriptors(0);
            pair[1].send(bytes, 3);
            pair[1].close();

            assertThat(pair[0].receiveFully(bytes, 8, none)).isEqualTo(3);
            assertThat(pair[0].receive(bytes, 8, none)).isZero();
            assertThat(pair[0].send(bytes, 8)).isEqualTo(-Errnos.EPIPE);
        }
        pair[0].close();
    }

    @Test
    void aMessageLongerThanTheSocketsBufferArrivesWhole() throws Exception {
        UnixSocket[] pair = UnixSocket.pair();
        long lengthBytes = 4 << 20;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment out = arena.allocate(lengthBytes);
            MemorySegment in = arena.allocate(lengthBytes);
            out.fill((byte) 0x33);
            Thread sender = Thread.ofPlatform().start(() -> pair[0].send(out, lengthBytes));
            assertThat(pair[1].receiveFully(in, lengthBytes, new ReceivedDescriptors(0)))
                    .isEqualTo(lengthBytes);
            assertThat(in.mismatch(out)).isEqualTo(-1);
            sender.join();
        }
        pair[0].close();
        pair[1].close();
    }

    @Test
    void timeoutsEndReceiveAndSend() throws Exception {
        UnixSocket[] pair = UnixSocket.pair();
        pair[0].setTimeouts(20, 20);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(8 << 20);
            assertThat(pair[0].receive(bytes, 8, new ReceivedDescriptors(0)))
                    .isEqualTo(-Errnos.EAGAIN);
            assertThat(pair[0].send(bytes, bytes.byteSize())).isEqualTo(-Errnos.EAGAIN);
        }
        pair[0].close();
        pair[1].close();
    }

    @Test
    void connectingToAFullBacklogEndsInTime() throws Exception {
        Path path = directory.resolve("s");
        try (UnixSocket listening = UnixSocket.listen(path, 0);
                UnixSocket queued = UnixSocket.connect(path, 1_000)) {
            assertThat(queued.fd()).isNotEqualTo(listening.fd());
            assertThatThrownBy(() -> UnixSocket.connect(path, 20))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageEndingWith("(EAGAIN)");
        }
    }

    @Test
    void aSocketWhoseListenerIsGoneRefuses() throws Exception {
        Path path = directory.resolve("s");
        UnixSocket.listen(path, 1).close();
        assertThat(Files.exists(path)).isTrue();
        assertThatThrownBy(() -> UnixSocket.connect(path, 1_000))
                .isInstanceOfSatisfying(
                        LinuxException.class,
                        e -> assertThat(e.errno()).isEqualTo(Errnos.ECONNREFUSED));
    }

    @Test
    void aClosedSocketAnswersBadDescriptor() throws Exception {
        UnixSocket[] pair = UnixSocket.pair();
        pair[0].close();
        pair[0].close();
        pair[0].shutdown();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(8);
            assertThat(pair[0].receive(bytes, 8, new ReceivedDescriptors(0)))
                    .isEqualTo(-Errnos.EBADF);
            assertThat(pair[0].send(bytes, 8)).isEqualTo(-Errnos.EBADF);
        }
        assertThatThrownBy(() -> pair[0].awaitReadable(0)).hasMessageEndingWith("(EBADF)");
        pair[1].close();
    }

    @Test
    void failuresNameThePathAndLeaveNothingOpen() throws Exception {
        Path missing = directory.resolve("missing");
        Path taken = Files.createFile(directory.resolve("taken"));
        Path deep = directory.resolve("x".repeat(120));
        int before = Descriptors.openCount();

        Map<Path, String> connects =
                Map.of(missing, "(ENOENT)", taken, "(ECONNREFUSED)", Path.of(""), "is empty");
        connects.forEach(
                (path, end) ->
                        assertThatThrownBy(() -> UnixSocket.connect(path))
                                .isInstanceOf(LinuxException.class)
                                .hasMessageStartingWith("connect(\"" + path + "\"): ")
                                .hasMessageEndingWith(end));
        assertThatThrownBy(() -> UnixSocket.listen(taken, 1))
                .hasMessageStartingWith("bind(\"" + taken + "\"): ")
                .hasMessageEndingWith("(EADDRINUSE)");
        assertThatThrownBy(() -> UnixSocket.listen(deep, 1))
                .hasMessageContaining("(ENAMETOOLONG)")
                .hasMessageEndingWith("and a Unix socket's at most 107");
        assertThat(Descriptors.openCount()).isEqualTo(before);
    }

    @Test
    void theLongestPathThatFitsIsTaken() throws Exception {
        String parent = directory + "/";
        Path path = Path.of(parent + "s".repeat(Math.max(1, 107 - parent.length())));
        try (UnixSocket listening = UnixSocket.listen(path, 1)) {
            assertThat(listening.fd()).isNotNegative();
            assertThat(Files.exists(path)).isTrue();
        }
    }
}
