package dev.platter.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "512, 512",
        "1b, 1",
        "4k, 4096",
        "4K, 4096",
        "10M, 10485760",
        "2G, 2147483648",
        "1T, 1099511627776"
    })
    void suffixesArePowersOf1024(String text, long bytes) {
        assertThat(Sizes.parse(text)).hasValue(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "G", "1.5G", "1GB", "-1", " 1", "9223372036854775808", "8388608T"})
    void whatIsNoSizeIsNone(String text) {
        assertThat(Sizes.parse(text)).isEmpty();
    }

    @Test
    void theLargestThatFitsIsTaken() {
        assertThat(Sizes.parse("8388607T")).hasValue(8388607L << 40);
    }
}
