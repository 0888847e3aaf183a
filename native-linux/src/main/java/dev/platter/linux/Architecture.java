package dev.platter.linux;

import java.util.Locale;

/**
 * The processor architecture, where Linux's numbers and layouts depend on it. Only 64-bit x86 and
 * 64-bit Arm are known; all else is refused by a sentence when a class that depends on it loads.
 */
enum Architecture {
    X86_64,
    AARCH64;

    static final Architecture CURRENT = of(System.getProperty("os.arch"));

    static Architecture of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default ->
                    throw new IllegalStateException(
                            "Platter's system calls are written for x86-64 and aarch64, not for "
                                    + name);
        };
    }
}
