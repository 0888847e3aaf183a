package dev.platter.guest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The description of a guest to boot: by default one processor, 512 MiB, {@link GuestTools#BASIC}
 * and no disk.
 */
public final class LinuxGuestBuilder {
    private static final Duration BOOT_LIMIT = Duration.ofMinutes(3);
    // Address randomization stays on: a rebooted kernel is unpacked several times slower by TCG
    // where the one before has left translated code.
    private static final String KERNEL_OPTIONS = "console=ttyS0 quiet panic=-1 mitigations=off";

    private final List<String> qemuArguments = new ArrayList<>();
    private final Set<String> tools = new LinkedHashSet<>(GuestTools.BASIC);
    private final Set<String> modules = new LinkedHashSet<>();
    private @Nullable GuestJava java;
    private int memoryMebibytes = 512;
    private int processors = 1;
    private boolean rebootAllowed;
    private Duration bootLimit = BOOT_LIMIT;
    @Nullable Path consoleLog;
    Consumer<Duration> progress = elapsed -> {};

    LinuxGuestBuilder() {}

    /** More of QEMU's own arguments, such as those of {@link QemuDevices}. */
    public LinuxGuestBuilder qemu(List<String> arguments) {
        qemuArguments.addAll(arguments);
        return this;
    }

    /** Programs of the host to take along, by name, such as {@link GuestTools#FIO}. */
    public LinuxGuestBuilder tools(String... names) {
        tools.addAll(List.of(names));
        return this;
    }

    /** Kernel modules to load beside those of virtio-scsi, such as {@code virtio_blk}. */
    public LinuxGuestBuilder modules(String... names) {
        modules.addAll(List.of(names));
        return this;
    }

    /** A Java runtime and a class path to take along; give the guest 1 GiB then. */
    public LinuxGuestBuilder java(GuestJava runtime) {
        java = runtime;
        return this;
    }

    /** The guest's memory, all of it shared with vhost-user back ends. */
    public LinuxGuestBuilder memoryMebibytes(int mebibytes) {
        memoryMebibytes = mebibytes;
        return this;
    }

    /** The number of virtual processors; each is a thread of QEMU. */
    public LinuxGuestBuilder processors(int count) {
        processors = count;
        return this;
    }

    /**
     * Lets the guest reboot; without it, QEMU ends when the guest restarts or its kernel panics.
     */
    public LinuxGuestBuilder allowReboot() {
        rebootAllowed = true;
        return this;
    }

    /** After which a boot has failed; three minutes by default. */
    public LinuxGuestBuilder bootLimit(Duration limit) {
        bootLimit = limit;
        return this;
    }

    /** Where the guest's console goes and stays; by default a file that is gone with the guest. */
    public LinuxGuestBuilder consoleLog(Path file) {
        consoleLog = file;
        return this;
    }

    /** Told about once a second how long the boot lasts by now, on the thread that waits. */
    public LinuxGuestBuilder onBooting(Consumer<Duration> listener) {
        progress = listener;
        return this;
    }

    /**
     * Boots the guest and waits until it takes commands and has probed its disks.
     *
     * @throws GuestUnavailableException when this machine cannot: see {@link GuestTools#missing()}
     * @throws GuestException when it did not boot in time or QEMU refused, with the console's end
     */
    public LinuxGuest boot() throws IOException, GuestUnavailableException {
        GuestSession session = GuestSession.booting(this);
        try {
            return new LinuxGuest(session, session.awaitBoot(bootLimit));
        } catch (IOException | RuntimeException failed) {
            session.close();
            throw failed;
        }
    }

    List<String> commandLine(Path console, Path commandSocket)
            throws IOException, GuestUnavailableException {
        GuestKernel kernel = GuestKernel.find();
        List<String> command = new ArrayList<>();
        command.add(program(GuestTools.QEMU));
        command.addAll(machine());
        command.addAll(List.of("-kernel", kernel.image().toString()));
        Initramfs initramfs = new Initramfs(kernel, tools, modules);
        if (java != null) {
            initramfs.add(java.files());
        }
        command.addAll(List.of("-initrd", initramfs.file().toString()));
        command.addAll(List.of("-append", KERNEL_OPTIONS));
        command.addAll(channels(console, commandSocket));
        command.addAll(qemuArguments);
        return command;
    }

    private List<String> machine() {
        String size = memoryMebibytes + "M";
        List<String> machine =
                new ArrayList<>(
                        List.of(
                                "-accel",
                                "tcg,thread=multi",
                                "-cpu",
                                "max",
                                "-smp",
                                Integer.toString(processors),
                                "-m",
                                size,
                                "-object",
                                "memory-backend-memfd,id=mem,share=on,size=" + size,
                                "-machine",
                                "pc,memory-backend=mem",
                                "-nodefaults",
                                "-display",
                                "none"));
        if (!rebootAllowed) {
            machine.add("-no-reboot");
        }
        return machine;
    }

    private static List<String> channels(Path console, Path commandSocket) {
        return List.of(
                "-chardev",
                "file,id=console,path=" + QemuDevices.escaped(console),
                "-serial",
                "chardev:console",
                "-device",
                "virtio-serial-pci",
                "-chardev",
                "socket,id=commands,path=" + QemuDevices.escaped(commandSocket),
                "-device",
                "virtserialport,chardev=commands,name=dev.platter.commands");
    }

    private static String program(String name) throws GuestUnavailableException {
        return HostPrograms.find(name)
                .orElseThrow(
                        () ->
                                new GuestUnavailableException(
                                        name
                                                + " is not installed: run"
                                                + " scripts/install-test-tools"))
                .toString();
    }
}
