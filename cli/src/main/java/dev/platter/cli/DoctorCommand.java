package dev.platter.cli;

import dev.platter.cli.doctor.Doctor;
import dev.platter.cli.serve.UsageException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code platter doctor}: what this machine offers. */
@Command(
        name = "doctor",
        description =
                "Tells in plain words what this machine offers, and what follows for disks kept at a path.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "In a folder a scratch file of 1 MiB is made and removed; a file or device is opened for",
            "reading only. Exits 1 if Platter cannot serve disks here.",
        })
final class DoctorCommand implements Callable<Integer> {
    @Option(
            names = "--path",
            paramLabel = "PATH",
            description =
                    "The folder, image or block device to look at (default: the current folder).")
    private Path path = Path.of("");

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        Logging.configure("warn");
        Path looked = path.toAbsolutePath();
        if (!Files.exists(looked)) {
            throw new UsageException(
                    "--path: "
                            + path
                            + " does not exist; name a folder, an image or a block device.");
        }
        Doctor doctor = Doctor.examine(looked);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(doctor.json());
        } else {
            doctor.print(out);
        }
        return doctor.healthy() ? ExitCodes.OK : ExitCodes.FAILED;
    }
}
