package dev.platter.backend.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SlotBitsTest {
    @Property(tries = 300)
    void holdsWhatWasAddedAndGivesEachOnce(
            @ForAll @Size(max = 60) List<@IntRange(max = 199) Integer> slots,
            @ForAll @IntRange(max = 200) int start) {
        SlotBits bits = new SlotBits(200);
        List<Integer> expected = slots.stream().distinct().sorted().toList();
        for (int slot : slots) {
            boolean there = bits.contains(slot);
            assertThat(bits.add(slot)).isEqualTo(!there);
            assertThat(bits.contains(slot)).isTrue();
        }
        assertThat(bits.count()).isEqualTo(expected.size());
        List<Integer> inTurn = new ArrayList<>();
        expected.stream().filter(slot -> slot >= start).forEach(inTurn::add);
        expected.stream().filter(slot -> slot < start).forEach(inTurn::add);
        List<Integer> taken = new ArrayList<>();
        for (int slot = bits.removeFrom(start); slot >= 0; slot = bits.removeFrom(slot + 1)) {
            taken.add(slot);
        }
        assertThat(taken).isEqualTo(inTurn);
        assertThat(bits.isEmpty()).isTrue();
    }

    @Test
    void movesAllAndRemovesOne() {
        SlotBits from = new SlotBits(130);
        SlotBits to = new SlotBits(130);
        from.add(0);
        from.add(129);
        to.add(64);
        from.moveTo(to);
        assertThat(from.isEmpty()).isTrue();
        assertThat(to.count()).isEqualTo(3);
        assertThat(to.remove(64)).isTrue();
        assertThat(to.remove(64)).isFalse();
        assertThat(to.removeWord(0)).isEqualTo(1);
        assertThat(to.removeWord(1)).isZero();
        assertThat(to.removeWord(2)).isEqualTo(2);
    }

    @Test
    @Timeout(60)
    void ofManyTakersOneGetsASlot() throws Exception {
        int rounds = 2000;
        int slots = 100;
        SlotBits bits = new SlotBits(slots);
        AtomicIntegerArray taken = new AtomicIntegerArray(slots);
        CountDownLatch done = new CountDownLatch(3);
        for (int taker = 0; taker < 3; taker++) {
            int first = taker * 33;
            Thread.ofPlatform()
                    .daemon()
                    .start(
                            () -> {
                                int from = first;
                                while (total(taken) < rounds * slots) {
                                    int slot = bits.removeFrom(from);
                                    if (slot >= 0) {
                                        taken.incrementAndGet(slot);
                                        from = slot + 1;
                                    } else {
                                        Thread.onSpinWait();
                                    }
                                }
                                done.countDown();
                            });
        }
        for (int round = 0; round < rounds; round++) {
            for (int slot = 0; slot < slots; slot++) {
                while (!bits.add(slot)) {
                    Thread.onSpinWait();
                }
            }
        }
        done.await();
        for (int slot = 0; slot < slots; slot++) {
            assertThat(taken.get(slot)).isEqualTo(rounds);
        }
    }

    private static int total(AtomicIntegerArray counts) {
        int sum = 0;
        for (int i = 0; i < counts.length(); i++) {
            sum += counts.get(i);
        }
        return sum;
    }
}
