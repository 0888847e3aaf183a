package dev.platter.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScsiResponseTest {
    private static ScsiResponse of(int response, int status, int... sense) {
        byte[] bytes = new byte[sense.length];
        for (int i = 0; i < sense.length; i++) {
            bytes[i] = (byte) sense[i];
        }
        return new ScsiResponse(response, status, bytes, 0, 0, new byte[0]);
    }

    @Test
    void fixedSenseIsRead() {
        ScsiResponse answer =
                of(0, 2, 0x70, 0, 0xf5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0x03, 0, 0, 0, 0);

        assertThat(answer.sensed(ScsiStatus.ILLEGAL_REQUEST, 0x24, 0x03)).isTrue();
        assertThat(answer.good()).isFalse();
    }

    @Test
    void descriptorSenseIsRead() {
        ScsiResponse answer = of(0, 2, 0x72, 0x0e, 0x1d, 0x01, 0, 0, 0, 0);

        assertThat(answer.sensed(ScsiStatus.MISCOMPARE, 0x1d, 0x01)).isTrue();
    }

    @Test
    void shortSenseHasNoAdditionalCode() {
        ScsiResponse answer = of(0, 2, 0x70, 0, 6);

        assertThat(answer.senseKey()).isEqualTo(ScsiStatus.UNIT_ATTENTION);
        assertThat(answer.asc()).isEqualTo(-1);
        assertThat(of(0, 0).senseKey()).isEqualTo(-1);
    }

    @Test
    void goodStatusWithoutAnOkResponseIsNotGood() {
        assertThat(of(VirtioScsi.OK, ScsiStatus.GOOD).good()).isTrue();
        assertThat(of(VirtioScsi.BAD_TARGET, ScsiStatus.GOOD).good()).isFalse();
    }
}
