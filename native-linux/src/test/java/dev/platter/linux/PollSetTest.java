package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PollSetTest {
    @Test
    void onlyReadyPlacesHaveEvents() throws Exception {
        try (EventFd first = EventFd.create();
                EventFd second = EventFd.create()) {
            PollSet set = new PollSet(3);
            set.set(0, first.fd(), PollEvents.IN);
            set.set(2, second.fd(), PollEvents.IN);
            assertThat(set.await(0)).isZero();
            second.signal();

            assertThat(set.await(-1)).isEqualTo(1);
            assertThat(set.returned(0)).isZero();
            assertThat(set.returned(1)).isZero();
            assertThat(set.returned(2)).isEqualTo(PollEvents.IN);
        }
    }

    @Test
    void aDescriptorNotOpenIsReported() {
        PollSet set = new PollSet(1);
        set.set(0, Integer.MAX_VALUE, PollEvents.IN);
        assertThat(set.await(-1)).isEqualTo(1);
        assertThat(set.returned(0)).isEqualTo(PollEvents.NVAL);
    }

    @Test
    void aPipeWithoutWriterHangsUp() throws Exception {
        int[] ends = Descriptors.pipe();
        PollSet set = new PollSet(1);
        set.set(0, ends[0], PollEvents.IN);
        assertThat(set.await(3)).isZero();
        Descriptors.close(ends[1]);
        assertThat(set.await(-1)).isEqualTo(1);
        assertThat(set.returned(0)).isEqualTo(PollEvents.HUP);
        Descriptors.close(ends[0]);
    }
}
