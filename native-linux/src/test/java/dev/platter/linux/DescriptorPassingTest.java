package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DescriptorPassingTest {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment bytes = arena.allocate(64);
    private UnixSocket sender;
    private UnixSocket receiver;
    private EventFd event;
    private int openBefore;

    @BeforeEach
    void open() throws Exception {
        openBefore = Descriptors.openCount();
        UnixSocket[] pair = UnixSocket.pair();
        sender = pair[0];
        receiver = pair[1];
        event = EventFd.create();
    }

    @AfterEach
    void nothingStaysOpen() {
        sender.close();
        receiver.close();
        event.close();
        arena.close();
        assertThat(Descriptors.openCount()).isEqualTo(openBefore);
    }

    @Test
    void aPassedDescriptorRefersToTheSameFile() throws Exception {
        int memory = Memory.memfd("passed", Kernel.pageSize());
        ReceivedDescriptors received = new ReceivedDescriptors(8);
        assertThat(sender.send(bytes, 12, event.fd(), memory)).isEqualTo(12);
        assertThat(receiver.receive(bytes, 64, received)).isEqualTo(12);

        assertThat(received.count()).isEqualTo(2);
        assertThat(received.isTruncated()).isFalse();
        try (EventFd adopted = EventFd.adopt(received.take(0))) {
            adopted.signal();
            assertThat(event.drain()).isEqualTo(1);
        }
        int copy = received.take(1);
        try (MappedFile ours = Memory.map(memory, 0, 8, true);
                MappedFile theirs = Memory.map(copy, 0, 8, true)) {
            theirs.segment().set(ValueLayout.JAVA_LONG, 0, 77);
            assertThat(ours.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(77);
        }
        Descriptors.close(copy);
        Descriptors.close(memory);
    }

    @Test
    void aReceivedDescriptorIsClosedOnExec() throws Exception {
        ReceivedDescriptors received = new ReceivedDescriptors(1);
        sender.send(bytes, 1, event.fd());
        receiver.receive(bytes, 1, received);
        int fd = received.take(0);
        String info = Files.readString(Path.of("/proc/self/fdinfo/" + fd));
        int flags =
                info.lines()
                        .filter(line -> line.startsWith("flags:"))
                        .mapToInt(line -> Integer.parseInt(line.substring(6).strip(), 8))
                        .findFirst()
                        .orElseThrow();
        assertThat(flags & OpenFlags.O_CLOEXEC).isNotZero();
        Descriptors.close(fd);
    }

    @Test
    void descriptorsNobodyTakesAreClosed() {
        try (ReceivedDescriptors received = new ReceivedDescriptors(8)) {
            sender.send(bytes, 1, event.fd(), event.fd(), event.fd());
            receiver.receive(bytes, 1, received);
            assertThat(received.count()).isEqualTo(3);
            sender.send(bytes, 1, event.fd());
            receiver.receive(bytes, 1, received);
            assertThat(received.count()).isEqualTo(1);
        }
    }

    @Test
    void moreDescriptorsThanThereIsRoomForAreReportedAndNotLeaked() {
        for (int room = 0; room < 4; room++) {
            try (ReceivedDescriptors received = new ReceivedDescriptors(room)) {
                int[] many = new int[room + 3];
                Arrays.fill(many, event.fd());
                assertThat(sender.send(bytes, 5, many)).isEqualTo(5);
                assertThat(receiver.receive(bytes, 5, received)).isEqualTo(5);

                assertThat(received.isTruncated()).isTrue();
                assertThat(received.count()).isEqualTo(room);
            }
        }
    }

    @Test
    void oneMoreThanAnOddRoomIsReportedToo() {
        try (ReceivedDescriptors received = new ReceivedDescriptors(3)) {
            int[] four = new int[4];
            Arrays.fill(four, event.fd());
            sender.send(bytes, 1, four);
            receiver.receive(bytes, 1, received);

            // The control buffer is padded to 8 bytes: the kernel delivers the fourth into it.
            assertThat(received.count()).isEqualTo(3);
            assertThat(received.isTruncated()).isTrue();
        }
    }

    @Test
    void theMostThatOneMessageCarriesArrives() {
        try (ReceivedDescriptors received = new ReceivedDescriptors(253)) {
            int[] most = new int[253];
            Arrays.fill(most, event.fd());
            assertThat(sender.send(bytes, 1, most)).isEqualTo(1);
            assertThat(receiver.receive(bytes, 1, received)).isEqualTo(1);
            assertThat(received.count()).isEqualTo(253);
            assertThat(sender.send(bytes, 1, new int[254])).isEqualTo(-Errnos.EINVAL);
        }
    }

    @Test
    void roomForMoreThanAMessageCarriesIsRefused() {
        assertThatThrownBy(() -> new ReceivedDescriptors(254))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDescriptorIsTakenOnce() {
        try (ReceivedDescriptors received = new ReceivedDescriptors(2)) {
            sender.send(bytes, 1, event.fd());
            receiver.receive(bytes, 1, received);
            Descriptors.close(received.take(0));

            assertThatThrownBy(() -> received.take(0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> received.take(1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void sendingADescriptorThatIsNotOpenFails() {
        assertThat(sender.send(bytes, 1, Integer.MAX_VALUE)).isEqualTo(-Errnos.EBADF);
    }
}
