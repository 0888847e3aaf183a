package dev.platter.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.platter.api.block.CacheMode;
import dev.platter.api.block.IoFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The truth table of cache modes, and the epochs of switches. */
final class CachePolicyTest {
    @ParameterizedTest
    @CsvSource({
        // mode, WCE at first, flags of a write at WCE=1, at WCE=0, with FUA
        "writeback, true, 0, 1, 1",
        "none, true, 0, 1, 1",
        "writethrough, false, 0, 1, 1",
        "directsync, false, 0, 1, 1",
        "unsafe, true, 0, 0, 0"
    })
    void modeDecidesTheFlags(String mode, boolean wce, int cached, int through, int fua) {
        CachePolicy cache = new CachePolicy(CacheMode.named(mode).orElseThrow());
        assertThat(cache.writeCacheEnabled()).isEqualTo(wce);
        assertThat(cache.configuredWriteCache()).isEqualTo(wce);
        cache.switchOn();
        assertThat(cache.writeFlags(cache.sample(), false)).isEqualTo(cached);
        assertThat(cache.writeFlags(cache.sample(), true)).isEqualTo(fua);
        cache.switchOff();
        assertThat(cache.writeFlags(cache.sample(), false)).isEqualTo(through);
        assertThat(cache.writeFlags(cache.sample(), true)).isEqualTo(fua);
        cache.reset();
        assertThat(cache.writeCacheEnabled()).isEqualTo(wce);
    }

    @Test
    void volatileWriteMustFlushAfterSwitchEvenIfTheCacheIsOnAgain() {
        CachePolicy cache = new CachePolicy(CacheMode.WRITEBACK);
        int sample = cache.sample();
        assertThat(cache.mustFlush(sample, IoFlags.NONE)).isFalse();
        cache.switchOff();
        assertThat(cache.mustFlush(sample, IoFlags.NONE)).isTrue();
        assertThat(cache.mustFlush(sample, IoFlags.FUA)).isFalse();
        cache.switchOn();
        assertThat(cache.mustFlush(sample, IoFlags.NONE)).isTrue();
        assertThat(cache.mustFlush(cache.sample(), IoFlags.NONE)).isFalse();
    }

    @Test
    void switchingOnAsksNothingOfWritesInFlight() {
        CachePolicy cache = new CachePolicy(CacheMode.WRITEBACK);
        int sample = cache.sample();
        cache.switchOn();
        assertThat(cache.mustFlush(sample, IoFlags.NONE)).isFalse();
    }

    @Test
    void failedSwitchIsTakenBackUnlessAnotherCameInBetween() {
        CachePolicy cache = new CachePolicy(CacheMode.WRITEBACK);
        cache.revert(cache.switchOff());
        assertThat(cache.writeCacheEnabled()).isTrue();

        int first = cache.switchOff();
        int second = cache.switchOff();
        assertThat(second).isEqualTo(CachePolicy.NOTHING_TO_REVERT);
        cache.revert(first);
        assertThat(cache.writeCacheEnabled()).as("the second was promised").isFalse();
        cache.revert(second);
        assertThat(cache.writeCacheEnabled()).isFalse();
    }

    @Test
    void unsafeModeNeverFlushes() {
        CachePolicy cache = new CachePolicy(CacheMode.UNSAFE);
        int sample = cache.sample();
        cache.switchOff();
        assertThat(cache.mustFlush(sample, IoFlags.NONE)).isFalse();
        assertThat(cache.flushes()).isFalse();
    }
}
