package dev.platter.vhostuser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.platter.linux.Descriptors;
import dev.platter.linux.Errnos;
import dev.platter.linux.LinuxException;
import dev.platter.linux.Memory;
import dev.platter.linux.UnixSocket;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The socket, and the coming and going of front-ends. */
class VhostUserServerTest extends ServedDevice {
    private static final int QUEUES = EchoDevice.QUEUES;

    @Test
    void frontEndsComeAndGoWithoutLeaks() throws Exception {
        int open = 0;
        for (int i = 0; i < 50; i++) {
            try (TestGuest guest = new TestGuest(QUEUES);
                    RawFrontEnd frontEnd = start(guest)) {
                guest.roundTrip(2);
                guest.kick(2);
                frontEnd.barrier();
                if (i == 0) {
                    open = Descriptors.openCount();
                }
                assertThat(Descriptors.openCount()).isEqualTo(open);
            }
        }
        assertThat(device.resets).as("the guest is the same, for all we know").hasValue(0);
    }

    @Test
    void requestsInFlightEndBeforeTheNextFrontEndIsServed() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES)) {
            RawFrontEnd first = start(guest);
            device.holding = true;
            guest.kick(2);
            Await.until("in flight", () -> device.held() == 1);
            first.close();
            try (RawFrontEnd second = new RawFrontEnd(path)) {
                CompletableFuture<Long> answer =
                        CompletableFuture.supplyAsync(() -> second.get(RawFrontEnd.GET_QUEUE_NUM));
                guest.expectUntouched(2, 0);
                assertThat(answer).isNotDone();
                device.release();
                assertThat(answer.get()).isEqualTo(QUEUES);
                assertThat(guest.used(2)).isEqualTo(1);
            }
        }
    }

    @Test
    void secondFrontEndIsTurnedAway() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            for (int i = 0; i < 3; i++) {
                try (RawFrontEnd second = new RawFrontEnd(path)) {
                    second.expectClosed();
                }
            }
            guest.roundTrip(2);
            frontEnd.barrier();
        }
    }

    @Test
    void closeFinishesRequestsInFlight() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            device.holding = true;
            guest.kick(2);
            guest.kick(2);
            Await.until("in flight", () -> device.held() == 2);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
            assertThat(closed).isNotDone();
            guest.expectUntouched(2, 0);
            device.release();
            closed.get();
            assertThat(guest.used(2)).isEqualTo(2);
            assertThat(guest.calls[2].drain()).isPositive();
            frontEnd.expectClosed();
            assertThat(path).doesNotExist();
        }
    }

    @Test
    void closeUnderLoadLosesNothingThatWasTaken() throws Exception {
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            CompletableFuture<Void> closed = null;
            for (int i = 0; i < 2000 && (closed == null || !closed.isDone()); i++) {
                if (i == 100) {
                    closed = CompletableFuture.runAsync(server::close);
                }
                guest.kick(2);
                int before = i;
                CompletableFuture<Void> closing = closed;
                Await.until(
                        "progress or the end",
                        () -> guest.used(2) > before || (closing != null && closing.isDone()));
            }
            closed.get();
            assertThat(guest.echoes(2)).isEqualTo(guest.used(2));
            frontEnd.expectClosed();
        }
    }

    /** The process runs out of descriptors: the server waits until there are some again. */
    @Test
    void serverSurvivesALackOfDescriptors() throws Exception {
        String limit = limitDescriptors(Integer.toString(Descriptors.openCount() + 100));
        List<Integer> hoard = new ArrayList<>();
        try (RawFrontEnd unserved = new RawFrontEnd(path)) {
            unserved.barrier();
        }
        try {
            int one = Memory.memfd("one", 1);
            hoard.add(one);
            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(
                            () -> {
                                while (true) {
                                    hoard.add(Descriptors.dup(one));
                                }
                            })
                    .matches(e -> e.errno() == Errnos.EMFILE);
            Descriptors.close(hoard.removeLast());
            // This takes the last one, and leaves none for the server's side.
            try (RawFrontEnd frontEnd = new RawFrontEnd(path)) {
                frontEnd.send(RawFrontEnd.GET_QUEUE_NUM, RawFrontEnd.VERSION, new byte[0]);
                frontEnd.expectSilence(300);
                hoard.forEach(Descriptors::close);
                hoard.clear();
                assertThat(frontEnd.reply(RawFrontEnd.GET_QUEUE_NUM).getLong()).isEqualTo(QUEUES);
            }
        } finally {
            hoard.forEach(Descriptors::close);
            limitDescriptors(limit);
        }
    }

    /** Sets the soft limit of this process; answers what it was. */
    private static String limitDescriptors(String limit) throws Exception {
        String self = Long.toString(ProcessHandle.current().pid());
        String before = run("prlimit", "--pid", self, "--nofile", "--output=SOFT", "--noheadings");
        run("prlimit", "--pid", self, "--nofile=" + limit + ":");
        return before;
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8).trim();
            assertThat(process.waitFor()).as(text).isZero();
            return text;
        }
    }

    @Test
    void closeWithHalfAMessageReceived() throws Exception {
        try (RawFrontEnd frontEnd = new RawFrontEnd(path)) {
            frontEnd.sendBytes(new byte[] {1, 0, 0});
            server.close();
            frontEnd.expectClosed();
        }
    }

    @Test
    void closedServerMayBeClosedAgain() {
        server.close();
        server.close();
        assertThat(server.socket()).isEqualTo(path).doesNotExist();
    }

    @Test
    void socketIsForItsOwnerOnly() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
    }

    @Test
    void liveSocketIsRefused() throws Exception {
        assertThatExceptionOfType(VhostUserException.class)
                .isThrownBy(() -> listen(path))
                .withMessage(
                        "the socket %s is in use: another server listens there; stop it, or choose"
                                + " another path",
                        path);
        try (TestGuest guest = new TestGuest(QUEUES);
                RawFrontEnd frontEnd = start(guest)) {
            assertThatExceptionOfType(VhostUserException.class).isThrownBy(() -> listen(path));
            guest.roundTrip(2);
            frontEnd.barrier();
        }
    }

    private VhostUserServer listen(Path where) throws VhostUserException {
        return VhostUserServer.listen(where, device, VhostUserOptions.defaults());
    }

    @Test
    void staleSocketIsReplaced() throws Exception {
        Path stale = folder.resolve("stale");
        UnixSocket.listen(stale, 1).close();
        assertThat(stale).exists();
        try (VhostUserServer replaced = listen(stale);
                UnixSocket connection = UnixSocket.connect(stale)) {
            assertThat(replaced.socket()).isEqualTo(stale);
            assertThat(connection.fd()).isPositive();
        }
        assertThat(stale).doesNotExist();
    }

    @Test
    void whatIsNoSocketIsLeftAlone() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "precious");
        Path link = Files.createSymbolicLink(folder.resolve("link"), path);
        for (Path taken : new Path[] {file, folder, link}) {
            assertThatExceptionOfType(VhostUserException.class)
                    .isThrownBy(() -> listen(taken))
                    .withMessage(
                            "%s exists and is not a socket: choose another path or remove it",
                            taken);
        }
        assertThat(file).hasContent("precious");
    }

    @Test
    void folderThatIsNotThereIsNamed() {
        Path missing = folder.resolve("missing/socket");
        assertThatExceptionOfType(VhostUserException.class)
                .isThrownBy(() -> listen(missing))
                .withMessageContaining(missing.toString())
                .withMessageContaining("ENOENT");
    }

    @Test
    void fileThatIsNoLongerOursIsNotRemoved() throws Exception {
        Files.delete(path);
        Files.writeString(path, "another's");
        server.close();
        assertThat(path).hasContent("another's");
        Files.delete(path);
    }

    @Test
    void optionsAreWithinTheProtocolsRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> new VhostUserOptions(0, 8));
        assertThatIllegalArgumentException().isThrownBy(() -> new VhostUserOptions(257, 8));
        assertThatIllegalArgumentException().isThrownBy(() -> new VhostUserOptions(1, 7));
        assertThatIllegalArgumentException().isThrownBy(() -> new VhostUserOptions(1, 510));
    }

    @Test
    void fewerQueuesThanTheDeviceHasCanBeOffered() throws Exception {
        Path few = folder.resolve("few");
        try (VhostUserServer limited =
                        VhostUserServer.listen(few, device, new VhostUserOptions(3, 32));
                RawFrontEnd frontEnd = new RawFrontEnd(limited.socket())) {
            assertThat(frontEnd.get(RawFrontEnd.GET_QUEUE_NUM)).isEqualTo(3);
            assertThat(frontEnd.get(RawFrontEnd.GET_MAX_MEM_SLOTS)).isEqualTo(32);
        }
    }
}
