package dev.platter.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class GuestJavaTest {
    private final GuestJava java =
            GuestJava.of("java.base").withJarsOf(GuestJava.class, Test.class, GuestJavaTest.class);

    @Test
    void theCommandRunsAMainClassOnTheGuestsClassPath() {
        String command = java.command(List.of("-Xint"), GuestJavaTest.class, "it's", "");
        assertThat(command)
                .startsWith("'/java/bin/java' '-Xint' '-cp' '/classes/00-")
                .contains(":/classes/01-junit-jupiter-api")
                .contains(":/classes/02-test-classes'")
                .endsWith("'dev.platter.guest.GuestJavaTest' 'it'\\''s' ''");
    }

    @Test
    void theSameJarIsTakenAlongOnce() {
        assertThat(
                        java.withJarsOf(CpioArchiveTest.class, GuestKernel.class)
                                .command(List.of(), GuestJavaTest.class))
                .doesNotContain("/classes/03");
    }

    @Test
    void aClassOfTheJdkHasNoJar() {
        assertThatThrownBy(() -> java.withJarsOf(String.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.String");
    }
}
