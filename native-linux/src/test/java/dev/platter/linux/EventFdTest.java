package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class EventFdTest {
    @Test
    void drainAnswersTheNumberOfSignals() throws Exception {
        try (EventFd event = EventFd.create()) {
            assertThat(event.drain()).isZero();
            assertThat(event.signal()).isZero();
            assertThat(event.signal()).isZero();
            assertThat(event.drain()).isEqualTo(2);
            assertThat(event.drain()).isZero();
        }
    }

    @Test
    void aSignalToAFullCounterNeitherWaitsNorFails() throws Exception {
        try (EventFd event = EventFd.create();
                Arena arena = Arena.ofConfined()) {
            MemorySegment full = arena.allocateFrom(ValueLayout.JAVA_LONG, -2L);
            assertThat(Descriptors.write(event.fd(), full, 8)).isEqualTo(8);

            assertThat(event.signal()).isZero();
            assertThat(event.drain()).isPositive();
            assertThat(event.drain()).isZero();
        }
    }

    @Test
    void anAdoptedDescriptorNoLongerMakesItsUserWait() throws Exception {
        try (EventFd original = EventFd.create()) {
            EventFd adopted = EventFd.adopt(Descriptors.dup(original.fd()));
            assertThat(adopted.signal()).isZero();
            assertThat(original.drain()).isEqualTo(1);
            assertThat(adopted.drain()).isZero();
            adopted.close();
            assertThat(original.signal()).isZero();
        }
        int[] ends = Descriptors.pipe();
        try (EventFd blocking = EventFd.adopt(ends[0])) {
            assertThat(blocking.drain()).isZero();
        }
        Descriptors.close(ends[1]);
    }

    @Test
    void adoptingAClosedDescriptorFails() {
        assertThatThrownBy(() -> EventFd.adopt(Integer.MAX_VALUE))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errnos.EBADF));
    }

    @Test
    void afterCloseNothingReachesTheNumber() throws Exception {
        EventFd event = EventFd.create();
        event.close();
        event.close();
        try (EventFd successor = EventFd.create()) {
            assertThat(successor.fd()).isEqualTo(event.fd());
            assertThat(event.signal()).isEqualTo(-Errnos.EBADF);
            assertThat(event.drain()).isEqualTo(-Errnos.EBADF);
            assertThat(successor.drain()).isZero();
        }
    }
}
