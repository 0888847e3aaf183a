package dev.platter.scsi;

import dev.platter.api.block.CacheMode;

/**
 * How a logical unit presents itself. Sizes in bytes, texts in printable ASCII.
 *
 * @param cacheMode the configured cache mode; its write-back part is the WCE bit the unit starts
 *     with and returns to for a new driver
 * @param vendor T10 vendor identification, at most 8 characters
 * @param product product identification, at most 16 characters
 * @param revision product revision level, at most 4 characters
 * @param serial unit serial number, at most 64 characters; empty for none
 * @param wwn the unit's world wide name, an NAA designator of 64 bits (SPC-5 §7.7.6.6); 0 for none
 * @param rotationRate 1 for a medium that does not rotate, the revolutions a minute of one that
 *     does, from 1025 to 65534, or 0 for not reported
 * @param dpofua whether MODE SENSE says that DPO and FUA are supported; FUA is obeyed in any case
 * @param discard whether the unit offers thin provisioning, where the backend can discard
 * @param logicalBlockBytes the logical block, a power of two from 512 to 32768
 * @param physicalBlockBytes the physical block, a power of two, or 0 to take the backend's
 */
public record LogicalUnitOptions(
        CacheMode cacheMode,
        String vendor,
        String product,
        String revision,
        String serial,
        long wwn,
        int rotationRate,
        boolean dpofua,
        boolean discard,
        int logicalBlockBytes,
        int physicalBlockBytes) {
    static final int MIN_BLOCK_BYTES = 512;
    static final int MAX_BLOCK_BYTES = 32768;

    private static final int VENDOR_CHARS = 8;
    private static final int PRODUCT_CHARS = 16;
    private static final int REVISION_CHARS = 4;
    private static final int SERIAL_CHARS = 64;
    private static final int NON_ROTATING = 1;
    private static final int MIN_ROTATION_RATE = 1025;
    private static final int MAX_ROTATION_RATE = 65534;

    /**
     * Checks texts and block sizes.
     *
     * @throws IllegalArgumentException in one sentence, if one does not fit
     */
    public LogicalUnitOptions {
        requireText("vendor", vendor, VENDOR_CHARS);
        requireText("product", product, PRODUCT_CHARS);
        requireText("revision", revision, REVISION_CHARS);
        requireText("serial", serial, SERIAL_CHARS);
        requireName(wwn);
        requireRotationRate(rotationRate);
        if (!isBlockSize(logicalBlockBytes) || logicalBlockBytes > MAX_BLOCK_BYTES) {
            throw new IllegalArgumentException(
                    "logical_block_size="
                            + logicalBlockBytes
                            + " is not a power of two from 512 to 32768");
        }
        if (physicalBlockBytes != 0 && !isBlockSize(physicalBlockBytes)) {
            throw new IllegalArgumentException(
                    "physical_block_size="
                            + physicalBlockBytes
                            + " is not a power of two of 512 or more");
        }
        if (physicalBlockBytes != 0 && physicalBlockBytes < logicalBlockBytes) {
            throw new IllegalArgumentException(
                    "physical_block_size="
                            + physicalBlockBytes
                            + " is smaller than logical_block_size="
                            + logicalBlockBytes);
        }
    }

    /** A builder with the defaults: write-back cache, blocks of 512 bytes, discard on. */
    public static Builder builder() {
        return new Builder();
    }

    private static boolean isBlockSize(int bytes) {
        return bytes >= MIN_BLOCK_BYTES && Integer.bitCount(bytes) == 1;
    }

    /** NAA 2h, 3h and 5h are the formats of 64 bits. */
    private static void requireName(long wwn) {
        int format = (int) (wwn >>> 60);
        if (wwn != 0 && format != 2 && format != 3 && format != 5) {
            throw new IllegalArgumentException(
                    "wwn="
                            + Long.toHexString(wwn)
                            + " is not an NAA name of 64 bits: its first digit must be 2, 3 or 5, of 16");
        }
    }

    private static void requireRotationRate(int rate) {
        boolean rotating = rate >= MIN_ROTATION_RATE && rate <= MAX_ROTATION_RATE;
        if (rate != 0 && rate != NON_ROTATING && !rotating) {
            throw new IllegalArgumentException(
                    "rotation_rate="
                            + rate
                            + " is neither 0 (not reported), nor 1 (does not rotate), nor from 1025 to 65534");
        }
    }

    private static void requireText(String name, String text, int maxChars) {
        boolean printable = text.chars().allMatch(c -> c >= 0x20 && c < 0x7F);
        if (text.length() > maxChars || !printable) {
            throw new IllegalArgumentException(
                    name + " must be printable ASCII of at most " + maxChars + " characters");
        }
    }

    /** Collects the options of one logical unit; not thread-safe. */
    public static final class Builder {
        private CacheMode cacheMode = CacheMode.WRITEBACK;
        private String vendor = "PLATTER";
        private String product = "VIRTUAL DISK";
        private String revision = "0.1";
        private String serial = "";
        private long wwn;
        private int rotationRate = NON_ROTATING;
        private boolean dpofua;
        private boolean discard = true;
        private int logicalBlockBytes = MIN_BLOCK_BYTES;
        private int physicalBlockBytes;

        private Builder() {}

        /** Sets the configured cache mode. */
        public Builder cacheMode(CacheMode newCacheMode) {
            cacheMode = newCacheMode;
            return this;
        }

        /** Sets the T10 vendor identification. */
        public Builder vendor(String newVendor) {
            vendor = newVendor;
            return this;
        }

        /** Sets the product identification. */
        public Builder product(String newProduct) {
            product = newProduct;
            return this;
        }

        /** Sets the product revision level. */
        public Builder revision(String newRevision) {
            revision = newRevision;
            return this;
        }

        /** Sets the unit serial number. */
        public Builder serial(String newSerial) {
            serial = newSerial;
            return this;
        }

        /** Sets the world wide name, or 0 for none. */
        public Builder wwn(long newWwn) {
            wwn = newWwn;
            return this;
        }

        /** Sets the medium's rotation rate. */
        public Builder rotationRate(int newRotationRate) {
            rotationRate = newRotationRate;
            return this;
        }

        /** Sets whether support of DPO and FUA is announced. */
        public Builder dpofua(boolean newDpofua) {
            dpofua = newDpofua;
            return this;
        }

        /** Sets whether thin provisioning is offered. */
        public Builder discard(boolean newDiscard) {
            discard = newDiscard;
            return this;
        }

        /** Sets the logical block. */
        public Builder logicalBlockBytes(int newLogicalBlockBytes) {
            logicalBlockBytes = newLogicalBlockBytes;
            return this;
        }

        /** Sets the physical block, or 0 for the backend's. */
        public Builder physicalBlockBytes(int newPhysicalBlockBytes) {
            physicalBlockBytes = newPhysicalBlockBytes;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException in one sentence, if one does not fit
         */
        public LogicalUnitOptions build() {
            return new LogicalUnitOptions(
                    cacheMode,
                    vendor,
                    product,
                    revision,
                    serial,
                    wwn,
                    rotationRate,
                    dpofua,
                    discard,
                    logicalBlockBytes,
                    physicalBlockBytes);
        }
    }
}
