package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedDescriptorTest {
    @Test
    void closeWaitsForTheLastUse() throws Exception {
        int[] ends = Descriptors.pipe();
        SharedDescriptor shared = new SharedDescriptor(ends[0]);
        assertThat(shared.acquire()).isTrue();
        shared.close();
        assertThat(shared.acquire()).isFalse();
        assertThat(isOpen(ends[0])).isTrue();
        shared.release();

        assertThat(isOpen(ends[0])).isFalse();
        Descriptors.close(ends[1]);
    }

    @Test
    void aSecondCloseDoesNotCloseWhoeverGotTheNumber() throws Exception {
        int[] ends = Descriptors.pipe();
        SharedDescriptor shared = new SharedDescriptor(ends[0]);
        shared.close();
        int reused = Descriptors.dup(ends[1]);
        assertThat(reused).isEqualTo(ends[0]);
        shared.close();
        assertThat(shared.acquire()).isFalse();

        assertThat(isOpen(reused)).isTrue();
        Descriptors.close(reused);
        Descriptors.close(ends[1]);
    }

    @Test
    void underContentionNoUseMeetsAClosedDescriptor() throws Exception {
        for (int round = 0; round < 200; round++) {
            EventFd event = EventFd.create();
            AtomicInteger unexpected = new AtomicInteger();
            List<Thread> users = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                users.add(
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            while (event.signal() == 0) {
                                                Thread.onSpinWait();
                                            }
                                            if (event.signal() != -Errnos.EBADF) {
                                                unexpected.incrementAndGet();
                                            }
                                        }));
            }
            event.close();
            for (Thread user : users) {
                user.join();
            }
            assertThat(unexpected).hasValue(0);
            assertThat(isOpen(event.fd())).isFalse();
        }
    }

    private static boolean isOpen(int fd) {
        try {
            return Descriptors.close(Descriptors.dup(fd)) == 0;
        } catch (LinuxException e) {
            assertThat(e.errno()).isEqualTo(Errnos.EBADF);
            return false;
        }
    }
}
