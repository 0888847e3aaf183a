package dev.platter.cli;

import dev.platter.cli.serve.UsageException;
import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The {@code platter} command as picocli sees it. */
@Command(
        name = "platter",
        description =
                "Block storage for virtual machines: virtio-scsi disks served over vhost-user.",
        subcommands = {
            ServeCommand.class,
            DemoCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            TortureCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Start here:",
            "  platter demo      shows what each cache mode does, on this machine",
            "  platter doctor    tells what this machine offers",
            "  platter bench     measures it side by side with others",
            "  platter torture   cuts the power of a disk configuration, and checks each promise",
            "  platter serve --socket /tmp/disk.sock --disk file=disk.raw,size=1G",
        })
final class Platter {
    private Platter() {}

    /** Runs the command; its exit code. */
    static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        CommandLine platter =
                new CommandLine(new Platter())
                        .setUsageHelpWidth(100)
                        .setExecutionExceptionHandler(Platter::failed)
                        .setParameterExceptionHandler(Platter::misused);
        // Serve reads its own arguments, options and all.
        Objects.requireNonNull(platter.getSubcommands().get("serve")).setStopAtUnmatched(true);
        return platter;
    }

    private static int failed(
            Exception problem, CommandLine command, CommandLine.ParseResult result) {
        command.getErr()
                .println(command.getCommandSpec().qualifiedName() + ": " + sentence(problem));
        return problem instanceof UsageException ? ExitCodes.USAGE : ExitCodes.FAILED;
    }

    private static int misused(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        err.println(name + ": " + sentence(problem) + "; see " + name + " --help.");
        return ExitCodes.USAGE;
    }

    private static String sentence(Exception problem) {
        String message = problem.getMessage();
        return message == null ? problem.toString() : message;
    }
}
