package dev.platter.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MailboxTest {
    @Test
    void lettersComeInTheOrderTheyWerePosted() {
        Mailbox<String> mailbox = new Mailbox<>();
        assertThat(mailbox.isEmpty()).isTrue();
        mailbox.post("a");
        mailbox.post("b");
        assertThat(mailbox.isEmpty()).isFalse();
        assertThat(mailbox.takeAll()).containsExactly("a", "b");
        assertThat(mailbox.isEmpty()).isTrue();
    }

    @Test
    void closedMailboxRefusesLettersAndHandsOutTheRest() {
        Mailbox<String> mailbox = new Mailbox<>();
        mailbox.post("a");
        assertThat(mailbox.close()).containsExactly("a");
        assertThat(mailbox.post("b")).isFalse();
        assertThat(mailbox.isEmpty()).isTrue();
    }

    @Test
    void noLetterIsLostOrDoubledBetweenSendersTakerAndClose() throws InterruptedException {
        Mailbox<Integer> mailbox = new Mailbox<>();
        AtomicInteger accepted = new AtomicInteger();
        List<Thread> senders = new ArrayList<>();
        for (int s = 0; s < 3; s++) {
            senders.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int i = 0; i < 20_000; i++) {
                                            if (mailbox.post(i)) {
                                                accepted.incrementAndGet();
                                            }
                                        }
                                    }));
        }
        int received = 0;
        while (received < 10_000) {
            received += mailbox.takeAll().size();
        }
        received += mailbox.close().size();
        for (Thread sender : senders) {
            sender.join();
        }
        assertThat(received).isEqualTo(accepted.get());
    }
}
