package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EpollTest {
    private Epoll epoll;
    private EventFd first;
    private EventFd second;

    @BeforeEach
    void open() throws Exception {
        epoll = Epoll.create(8);
        first = EventFd.create();
        second = EventFd.create();
    }

    @AfterEach
    void close() {
        epoll.close();
        first.close();
        second.close();
    }

    @Test
    void eventsCarryTheDataOfTheirDescriptors() throws Exception {
        epoll.add(first.fd(), PollEvents.IN, 0x1122_3344_5566_7788L);
        epoll.add(second.fd(), PollEvents.IN, -2);
        first.signal();
        second.signal();

        assertThat(epoll.await(-1)).isEqualTo(2);
        Map<Long, Integer> seen = new HashMap<>();
        for (int i = 0; i < 2; i++) {
            seen.put(epoll.data(i), epoll.events(i));
        }
        assertThat(seen)
                .isEqualTo(Map.of(0x1122_3344_5566_7788L, PollEvents.IN, -2L, PollEvents.IN));
    }

    @Test
    void oneWaitReportsNoMoreThanTheCapacity() throws Exception {
        try (Epoll narrow = Epoll.create(1)) {
            narrow.add(first.fd(), PollEvents.IN, 1);
            narrow.add(second.fd(), PollEvents.IN, 2);
            first.signal();
            second.signal();
            assertThat(narrow.await(0)).isEqualTo(1);
            assertThatThrownBy(() -> narrow.data(1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void timeRunsOutWithoutEvents() throws Exception {
        epoll.add(first.fd(), PollEvents.IN, 1);
        assertThat(epoll.await(0)).isZero();
        assertThat(epoll.await(5)).isZero();
        assertThatThrownBy(() -> epoll.events(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void anotherThreadsSignalEndsTheWait() throws Exception {
        epoll.add(first.fd(), PollEvents.IN, 9);
        Thread signaller = Thread.ofPlatform().start(first::signal);
        assertThat(epoll.await(-1)).isEqualTo(1);
        assertThat(epoll.data(0)).isEqualTo(9);
        signaller.join();
    }

    @Test
    void modifyChangesInterestAndData() throws Exception {
        epoll.add(first.fd(), PollEvents.IN, 1);
        epoll.modify(first.fd(), PollEvents.OUT, 2);
        assertThat(epoll.await(0)).isEqualTo(1);
        assertThat(epoll.data(0)).isEqualTo(2);
        assertThat(epoll.events(0)).isEqualTo(PollEvents.OUT);
    }

    @Test
    void edgesAreReportedOnce() throws Exception {
        epoll.add(first.fd(), PollEvents.IN | PollEvents.EDGE_TRIGGERED, 1);
        first.signal();
        assertThat(epoll.await(0)).isEqualTo(1);
        assertThat(epoll.await(0)).isZero();
        first.signal();
        assertThat(epoll.await(0)).isEqualTo(1);
    }

    @Test
    void aRemovedDescriptorIsSilent() throws Exception {
        epoll.add(first.fd(), PollEvents.IN, 1);
        epoll.remove(first.fd());
        first.signal();
        assertThat(epoll.await(0)).isZero();
    }

    @Test
    void mistakesAreNamed() throws Exception {
        epoll.add(first.fd(), PollEvents.IN, 1);
        assertThatThrownBy(() -> epoll.add(first.fd(), PollEvents.IN, 1))
                .isInstanceOf(LinuxException.class)
                .hasMessageStartingWith("epoll_ctl(fd " + first.fd() + "): ")
                .hasMessageEndingWith("(EEXIST)");
        assertThatThrownBy(() -> epoll.remove(second.fd())).hasMessageEndingWith("(ENOENT)");
    }

    @Test
    void aClosedSetAnswersBadDescriptor() {
        epoll.close();
        assertThat(epoll.await(0)).isEqualTo(-Errnos.EBADF);
        assertThatThrownBy(() -> epoll.add(first.fd(), PollEvents.IN, 1))
                .hasMessageEndingWith("(EBADF)");
    }
}
