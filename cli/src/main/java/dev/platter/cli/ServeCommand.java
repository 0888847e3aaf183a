package dev.platter.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code platter serve} in the list of commands; {@link Serve} is what it does. */
@Command(
        name = "serve",
        description = "Serves disks to a virtual machine over a vhost-user socket.")
final class ServeCommand implements Callable<Integer> {
    @Unmatched private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
        return Serve.run(arguments);
    }
}
