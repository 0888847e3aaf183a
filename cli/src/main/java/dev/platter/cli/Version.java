package dev.platter.cli;

import dev.platter.cli.serve.BuildVersion;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {BuildVersion.sentence()};
    }
}
