package dev.platter.cli.demo;

import dev.platter.api.block.CacheMode;

/**
 * What a cache mode promises, in terms the demonstration can observe. The truth table of the modes,
 * stated apart from the code that implements it.
 *
 * @param openFlags how the host must have the image open
 * @param cacheType the cache_type the guest must find
 * @param noFlush whether nothing may ever be synchronised
 */
record DemoPromise(String openFlags, String cacheType, boolean noFlush) {
    static DemoPromise of(CacheMode mode) {
        return new DemoPromise(
                mode.direct() ? "O_RDWR|O_DIRECT" : "O_RDWR",
                mode.writeback() ? DemoRow.WRITE_BACK : DemoRow.WRITE_THROUGH,
                mode.noFlush());
    }

    /** The cache_type the guest switches to. */
    String otherCacheType() {
        return cacheType.equals(DemoRow.WRITE_BACK) ? DemoRow.WRITE_THROUGH : DemoRow.WRITE_BACK;
    }

    /** Going to write-through must make the one volatile write before it durable. */
    int syncsAtSwitch() {
        return otherCacheType().equals(DemoRow.WRITE_THROUGH) && !noFlush ? 1 : 0;
    }

    /** How synchronous guest writes must reach the host under a cache_type. */
    Durability durability(String underCacheType) {
        if (noFlush) {
            return Durability.NEVER;
        }
        return underCacheType.equals(DemoRow.WRITE_BACK)
                ? Durability.BY_FLUSH
                : Durability.BY_WRITE;
    }

    /** When, and by which calls, synchronous writes become durable. */
    enum Durability {
        /** Plain writes only. */
        NEVER,
        /** Each write is followed by the guest's flush. */
        BY_FLUSH,
        /** Each write is durable by itself, by one call or by two. */
        BY_WRITE;

        boolean holds(HostCalls seen, int writes) {
            boolean byFlush = seen.equals(new HostCalls(writes, 0, writes));
            return switch (this) {
                case NEVER -> seen.equals(new HostCalls(writes, 0, 0));
                case BY_FLUSH -> byFlush;
                case BY_WRITE -> byFlush || seen.equals(new HostCalls(0, writes, 0));
            };
        }

        String text(int writes) {
            return switch (this) {
                case NEVER -> new HostCalls(writes, 0, 0).text();
                case BY_FLUSH -> new HostCalls(writes, 0, writes).text();
                case BY_WRITE ->
                        new HostCalls(0, writes, 0).text()
                                + ", or "
                                + new HostCalls(writes, 0, writes).text();
            };
        }
    }
}
