package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void bothNamesOfAnArchitectureAreKnown() {
        assertThat(Architecture.of("amd64")).isEqualTo(Architecture.X86_64);
        assertThat(Architecture.of("x86_64")).isEqualTo(Architecture.X86_64);
        assertThat(Architecture.of("aarch64")).isEqualTo(Architecture.AARCH64);
    }

    @Test
    void anyOtherIsRefusedByName() {
        assertThatThrownBy(() -> Architecture.of("riscv64"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("not for riscv64");
    }
}
