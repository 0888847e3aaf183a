package dev.platter.guest;

import java.util.Arrays;

/** What Linux's sd driver believes of a disk's cache, in the words of sysfs {@code cache_type}. */
public enum CacheType {
    /** WCE=0, RCD=0: every write is durable when it is acknowledged; Linux sends no flushes. */
    WRITE_THROUGH("write through"),
    /** WCE=0, RCD=1. */
    NONE("none"),
    /** WCE=1, RCD=0: Linux flushes where its users asked for durability. */
    WRITE_BACK("write back"),
    /** WCE=1, RCD=1. */
    WRITE_BACK_NO_READ("write back, no read (daft)");

    private final String words;

    CacheType(String words) {
        this.words = words;
    }

    /** The text that sysfs shows and accepts. */
    public String words() {
        return words;
    }

    static CacheType ofWords(String words) {
        return Arrays.stream(values())
                .filter(type -> type.words.equals(words))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no cache type is called '" + words + "'"));
    }
}
