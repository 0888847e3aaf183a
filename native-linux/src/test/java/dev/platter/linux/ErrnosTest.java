package dev.platter.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrnosTest {
    @Test
    void namesAreThoseOfTheNumbers() {
        assertThat(Errnos.name(Errnos.EPERM)).isEqualTo("EPERM");
        assertThat(Errnos.name(Errnos.ENOSPC)).isEqualTo("ENOSPC");
        assertThat(Errnos.name(133)).isEqualTo("EHWPOISON");
    }

    @Test
    void numbersWithoutANameAreShownAsNumbers() {
        assertThat(Errnos.name(0)).isEqualTo("errno 0");
        assertThat(Errnos.name(-5)).isEqualTo("errno -5");
        assertThat(Errnos.name(41)).isEqualTo("errno 41");
        assertThat(Errnos.name(134)).isEqualTo("errno 134");
        assertThat(Errnos.name(Integer.MAX_VALUE)).isEqualTo("errno 2147483647");
    }

    @Test
    void everyNumberHasASentence() {
        for (int errno = 1; errno <= 200; errno++) {
            assertThat(Errnos.message(errno)).isNotBlank();
        }
        assertThat(Errnos.message(Errnos.ENOSPC)).isNotEqualTo(Errnos.message(Errnos.EIO));
    }

    @Test
    void anExceptionTellsOperationSubjectAndError() {
        LinuxException failure = new LinuxException("open", "/x", Errnos.ENOENT);

        assertThat(failure)
                .hasMessage("open(\"/x\"): " + Errnos.message(Errnos.ENOENT) + " (ENOENT)");
        assertThat(failure.operation()).isEqualTo("open");
        assertThat(failure.subject()).isEqualTo("/x");
        assertThat(failure.errno()).isEqualTo(2);
        assertThat(new LinuxException("fsync", 7, Errnos.EIO))
                .hasMessage("fsync(fd 7): " + Errnos.message(Errnos.EIO) + " (EIO)");
        assertThat(LinuxException.explained("bind", "/s", Errnos.EINVAL, "too short"))
                .hasMessageStartingWith("bind(\"/s\"): ")
                .hasMessageEndingWith(" (EINVAL): too short");
    }
}
