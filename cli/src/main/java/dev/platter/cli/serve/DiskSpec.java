package dev.platter.cli.serve;

import dev.platter.api.block.BackendOptions;
import dev.platter.api.block.CacheMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One {@code --disk}: what the user asked for, checked as far as it can be without touching the
 * host.
 *
 * @param file the image's path
 * @param createSizeBytes the size to create a missing image with
 * @param cacheMode the three switches
 * @param backend the backend's name, or {@code auto}
 * @param dsync how durable writes are made
 * @param unsafeDsync whether {@code dsync=rwf} is obeyed also where it loses writes
 * @param threads the most threads the posix backend may start, where given
 * @param ownerCalls whether queues' owners make short calls themselves
 * @param locking whether the image is locked against other users
 * @param target the SCSI target, where the user chose one
 * @param lun the logical unit number
 * @param readOnly whether the disk refuses writes
 * @param serial the unit serial number (VPD 80h), where given
 * @param wwn the NAA world wide name (VPD 83h), or 0
 * @param rotationRate the medium's rotation rate (VPD B1h): 0 not reported, 1 non-rotating
 * @param dpofua whether the mode header advertises DPO and FUA
 * @param discard whether discards reach the host
 * @param logicalBlockBytes the logical block length
 * @param physicalBlockBytes the physical block length, where given
 */
public record DiskSpec(
        String file,
        OptionalLong createSizeBytes,
        CacheMode cacheMode,
        String backend,
        String dsync,
        boolean unsafeDsync,
        OptionalInt threads,
        boolean ownerCalls,
        List<String> switchedOn,
        boolean locking,
        OptionalInt target,
        int lun,
        boolean readOnly,
        Optional<String> serial,
        long wwn,
        int rotationRate,
        boolean dpofua,
        boolean discard,
        int logicalBlockBytes,
        OptionalInt physicalBlockBytes) {
    /** The keys of {@code --disk}, in the order of the help. */
    static final String KEYS =
            "file, size, cache, cache.writeback, cache.direct, cache.no-flush, backend, dsync, unsafe-dsync, threads, owner-calls, sqpoll, iopoll, registered-buffers, locking, target, lun, "
                    + "readonly, serial, wwn, rotation_rate, dpofua, discard, logical_block_size, physical_block_size";

    static final int MAX_TARGET = 255;
    private static final int MAX_LUN = 16383;
    private static final int MAX_THREADS = 64;
    private static final int MAX_SERIAL_CHARACTERS = 36;
    private static final int MAX_ROTATION_RATE = 65534;
    private static final int MIN_ROTATION_RATE = 1025;

    /** Reads the value of one {@code --disk}. */
    public static DiskSpec parse(String text) throws UsageException {
        OptionList options = OptionList.parse("--disk", text);
        String file =
                options.text("file")
                        .orElseThrow(
                                () ->
                                        new UsageException(
                                                "--disk: file= is missing; name the image, as in file=disk.raw."));
        DiskSpec spec =
                new DiskSpec(
                        file,
                        options.size("size"),
                        cacheMode(options),
                        options.text("backend").orElse("auto"),
                        options.choice("dsync", List.of("auto", "rwf", "fdatasync")).orElse("auto"),
                        options.onOff("unsafe-dsync").orElse(false),
                        options.number("threads", 1, MAX_THREADS),
                        options.onOff("owner-calls").orElse(true),
                        switchedOn(options),
                        options.onOff("locking").orElse(true),
                        options.number("target", 0, MAX_TARGET),
                        options.number("lun", 0, MAX_LUN).orElse(0),
                        options.onOff("readonly").orElse(false),
                        options.text("serial"),
                        wwn(options),
                        options.number("rotation_rate", 0, MAX_ROTATION_RATE).orElse(1),
                        options.onOff("dpofua").orElse(false),
                        "unmap"
                                .equals(
                                        options.choice("discard", List.of("unmap", "ignore"))
                                                .orElse("ignore")),
                        Integer.parseInt(
                                options.choice("logical_block_size", List.of("512", "4096"))
                                        .orElse("512")),
                        options.number("physical_block_size", 512, 1 << 20));
        options.refuseRest(KEYS);
        spec.check();
        return spec;
    }

    /** The options of the uring backend that are off unless asked for, and were. */
    private static List<String> switchedOn(OptionList options) throws UsageException {
        List<String> on = new ArrayList<>();
        for (String name : List.of("sqpoll", "iopoll", "registered-buffers")) {
            if (options.onOff(name).orElse(false)) {
                on.add(name);
            }
        }
        return List.copyOf(on);
    }

    /** As in QEMU the name is a shortcut, and a switch given by itself wins over it. */
    private static CacheMode cacheMode(OptionList options) throws UsageException {
        String name =
                options.choice(
                                "cache",
                                List.of(
                                        "writeback",
                                        "none",
                                        "off",
                                        "writethrough",
                                        "directsync",
                                        "unsafe"))
                        .orElse("writeback");
        CacheMode named = CacheMode.named(name).orElseThrow();
        return new CacheMode(
                options.onOff("cache.writeback").orElse(named.writeback()),
                options.onOff("cache.direct").orElse(named.direct()),
                options.onOff("cache.no-flush").orElse(named.noFlush()));
    }

    /** As QEMU writes it: 0x and up to 16 digits. */
    private static long wwn(OptionList options) throws UsageException {
        String text = options.text("wwn").orElse("");
        if (text.isEmpty()) {
            return 0;
        }
        try {
            long name = Long.parseUnsignedLong(text.replaceFirst("^0[xX]", ""), 16);
            int format = (int) (name >>> 60);
            if (format == 2 || format == 3 || format == 5) {
                return name;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new UsageException(
                "--disk: wwn="
                        + text
                        + " is not an NAA name: 16 hexadecimal digits, the first 2, 3 or 5, as in wwn=0x5000c50015ea71ac.");
    }

    private void check() throws UsageException {
        if (unsafeDsync && !dsync.equals("rwf")) {
            throw new UsageException(
                    "--disk: unsafe-dsync=on is for dsync=rwf; give both, or leave it out.");
        }
        if (threads.isPresent() && !backend.equals("posix")) {
            throw new UsageException(
                    "--disk: threads= is an option of the posix backend; add backend=posix.");
        }
        if (rotationRate > 1 && rotationRate < MIN_ROTATION_RATE) {
            throw new UsageException(
                    "--disk: rotation_rate="
                            + rotationRate
                            + " is neither 0 (not reported), 1 (does not rotate) nor from 1025 to 65534.");
        }
        if (serial.isPresent() && !isPrintable(serial.get())) {
            throw new UsageException(
                    "--disk: serial= takes at most "
                            + MAX_SERIAL_CHARACTERS
                            + " printable ASCII characters.");
        }
        int physical = physicalBlockBytes.orElse(logicalBlockBytes);
        if (Integer.bitCount(physical) != 1 || physical < logicalBlockBytes) {
            throw new UsageException(
                    "--disk: physical_block_size="
                            + physical
                            + " must be a power of two and at least logical_block_size="
                            + logicalBlockBytes
                            + ".");
        }
        if (createSizeBytes.isPresent() && createSizeBytes.getAsLong() % logicalBlockBytes != 0) {
            throw new UsageException(
                    "--disk: size="
                            + createSizeBytes.getAsLong()
                            + " is not a multiple of logical_block_size="
                            + logicalBlockBytes
                            + "; round it up.");
        }
        if (createSizeBytes.isPresent() && readOnly) {
            throw new UsageException(
                    "--disk: size= would create a disk that readonly=on keeps empty; leave one of them out.");
        }
    }

    private static boolean isPrintable(String text) {
        return text.length() <= MAX_SERIAL_CHARACTERS
                && text.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
    }

    /** How the backend opens the image. */
    BackendOptions backendOptions() {
        Map<String, String> properties = new HashMap<>();
        properties.put("dsync", dsync);
        // Only where they are not the default: a backend of somebody else's need not know them.
        if (unsafeDsync) {
            properties.put("unsafe-dsync", "on");
        }
        if (!ownerCalls) {
            properties.put("owner-calls", "off");
        }
        switchedOn.forEach(name -> properties.put(name, "on"));
        if (!locking) {
            properties.put("locking", "off");
        }
        threads.ifPresent(most -> properties.put("threads", Integer.toString(most)));
        return new BackendOptions(file, cacheMode, readOnly, discard, createSizeBytes, properties);
    }
}
